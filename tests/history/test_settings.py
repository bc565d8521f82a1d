"""`[tool.tinyhil.compare]` of a pyproject.toml: found, read, refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from harness.errors import ConfigError
from harness.history.settings import Settings, read_settings
from harness.history.sides import RunId

GOOD = """
[tool.tinyhil.compare]
floor = 0.03
tolerance = { cycles = 0.005, accuracy = 0.0025 }

[[tool.tinyhil.compare.exception]]
metric = "stack_bytes"
board = "stm32l475"
reason = "deeper calls, wanted"
expires = 2026-12-31
"""
RUN = RunId("digits", "int8", "stm32l475", "emulated", "builtin")


def test_the_nearest_file_above_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(GOOD)
    (below := tmp_path / "a" / "b").mkdir(parents=True)
    settings = read_settings(below)
    assert (settings.floor, settings.tolerance) == (0.03, {"cycles": 0.005, "accuracy": 0.0025})
    (known,) = settings.exceptions
    assert (known.expires, str(known)) == (date(2026, 12, 31), "stack_bytes on stm32l475")


def test_without_a_file_or_a_table_the_defaults_hold(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert read_settings(tmp_path) == Settings()


def test_an_exception_matches_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(GOOD)
    (known,) = read_settings(tmp_path).exceptions
    assert known.matches(RUN, "stack_bytes")
    assert not known.matches(RUN, "cycles")
    assert not known.matches(RUN._replace(board="microbit"), "stack_bytes")
    assert (known.is_expired(date(2026, 12, 31)), known.is_expired(date(2027, 1, 1))) == (False, True)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("flor = 1", r"tool.tinyhil.compare: Object contains unknown field `flor`"),
        ("floor = 'much'", r"tool.tinyhil.compare.floor: Expected `float`, got `str`"),
        ("floor = -0.1", r"tool.tinyhil.compare.floor: -0.1 is no part"),
        ("tolerance = { cycles = inf }", r"tool.tinyhil.compare.tolerance.cycles: inf is no part"),
        ("tolerance = { cycels = 0.1 }", r"tolerance.cycels: no metric 'cycels'\n  fix: use .*nearest: cycles"),
        ("exception = [{metric = 'cycles', reason = 'x'}]", r"exception\[0\]: Object missing required field `expires`"),
        ("exception = [{metric = 'cycles', reason = 'x', expires = 'soon'}]", r"exception\[0\].expires: "),
        ("exception = [{metric = 'cycles', reason = ' ', expires = 2026-12-31}]", r"exception\[0\].reason: is empty"),
        ("exception = [{metric = 'x', reason = 'x', expires = 2026-12-31}]", r"exception\[0\].metric: no metric 'x'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.tinyhil.compare]\n{table}\n")
    with pytest.raises(ConfigError, match=message):
        read_settings(tmp_path)


@pytest.mark.parametrize("content", ["[tool]\ntinyhil = 3\n", "tool = 3\n", "[tool.tinyhil]\ncompare = 3\n"])
def test_a_table_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    with pytest.raises(ConfigError, match=r"pyproject\.toml: tool"):
        read_settings(tmp_path)
