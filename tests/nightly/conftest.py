"""A project with two suites that a night runs on this computer, and children that stand in for pytest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.config import Nightly, load_nightly
from harness.nightly import child
from harness.nightly.plan import Cell
from harness.nightly.record import Nights

FILE = """
[nightly]
budget = "1h"
timeout = "5min"
target = "native"
store = "share"
[matrix]
boards = ["native"]
suites = ["suites/digits", "suites/words"]
engines = ["builtin"]
"""
SUITE = '[suite]\ndescription = "d"\nvectors = "v.npz"\nmetric = "accuracy"\n[models.int8]\npath = "int8.tflite"\n'
DIGITS, WORDS = (Cell(suite, "native", "builtin") for suite in ("digits", "words"))


@pytest.fixture
def nightly(tmp_path: Path) -> Nightly:
    for suite in ("digits", "words"):
        folder = tmp_path / "suites" / suite
        folder.mkdir(parents=True)
        (folder / "suite.toml").write_text(SUITE)
        (folder / "v.npz").write_text("vectors")
        (folder / "int8.tflite").write_text(f"model of {suite}")
    (tmp_path / "share").mkdir()
    (tmp_path / "suites.toml").write_text(FILE)
    return load_nightly(tmp_path / "suites.toml")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder


@pytest.fixture
def nights(reports: Path) -> Nights:
    return Nights(reports)


@pytest.fixture
def play_code(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`play_code(code)`: a child runs this Python instead of pytest, with the name `suite` and the folder `out`."""

    def set_code(code: str) -> None:
        def command(nightly: Nightly, cell: Cell, reports_dir: Path) -> list[str]:
            head = f"import sys; sys.path[:] = {sys.path!r}; suite = {cell.suite!r}; out = {str(reports_dir)!r}"
            return [sys.executable, "-c", f"{head}\n{code}"]

        monkeypatch.setattr(child, "command", command)

    return set_code
