"""`harness estimate` on emulated boards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.paths import shipped_boards_file

LARGE_MODEL = shipped_boards_file().parent / "suites" / "vibration" / "vibration_float32.tflite"


def test_one_table_over_boards(harness: Callable[..., Any], int8_model: str) -> None:
    done = harness("estimate", int8_model, "--board=stm32l475,microbit", "--duty-cycle=1/5min", "--battery=1000mAh")
    assert done.code == 0
    rows = [line.split()[:2] for line in done.out.splitlines() if line.startswith(("stm32l475 ", "microbit "))]
    assert rows == [["stm32l475", "yes"], ["microbit", "yes"]]
    assert "days on 1000mAh (1000 mAh: as given) at 1/5min: " in " ".join(done.out.split())


def test_a_model_that_fits_nowhere_is_estimated_all_the_same(harness: Callable[..., Any]) -> None:
    done = harness("estimate", str(LARGE_MODEL), "--board=microbit", "--json")
    assert done.code == 1
    (board,) = json.loads(done.out)["boards"]
    assert [lack["part"] for lack in board["shortages"]] == ["model slot"]
    assert board["basis"] == "static"
    assert board["latency_us"]["provenance"] == "modelled"
    assert 0 < board["estimate_error_percent"] <= 25


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--duty-cycle=often", "'often' is no whole number from 1 on in a time"),
        ("--battery=aa", "'aa' is no battery"),
        ("--board=stm32l457", "unknown board 'stm32l457'"),
        ("--engine=other", "unknown engine 'other'"),
        ("--engine=builtin,tflm", "--engine=builtin,tflm: several engines"),
    ],
)
def test_wrong_options(harness: Callable[..., Any], int8_model: str, option: str, said: str, capfd: Any) -> None:
    try:
        done = harness("estimate", int8_model, option)
        code, error = done.code, done.err
    except SystemExit as ended:
        code, error = ended.code, capfd.readouterr().err
    assert code == 2
    assert said in error
