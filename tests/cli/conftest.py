"""The command as a user's shell calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.homes import use_home_without_tflm

from harness.cli import main
from harness.paths import shipped_boards_file

DIGITS = shipped_boards_file().parent / "suites" / "digits"


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def harness(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Finished]:
    """`harness("boards")` runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    use_home_without_tflm(tmp_path / "home", monkeypatch)

    def run(*arguments: str) -> Finished:
        code = main(arguments)
        return Finished(code, *capfd.readouterr())

    return run


@pytest.fixture
def int8_model() -> str:
    return str(DIGITS / "digits_int8.tflite")
