"""`harness nightly` as a shell calls it; nights themselves are tested in tests/nightly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Finished

Harness = Callable[..., Finished]


def test_wrong_input_ends_with_2_before_anything_is_written(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "suites.toml").write_text(
        '[nightly]\nbudget = "2h"\n[matrix]\nboards = ["native"]\nsuites = ["gone"]\n'
    )
    done = harness("nightly", "suites.toml")
    assert done.code == 2
    assert f"harness nightly: {tmp_path}/suites.toml: matrix.suites: no suite.toml in 'gone'" in done.err
    assert "fix: " in done.err
    assert not (tmp_path / "reports").exists()


def test_help_tells_the_exit_codes(harness: Harness, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        harness("nightly", "--help")
    assert "3 nothing ran, or the store is away" in " ".join(capfd.readouterr().out.split())
