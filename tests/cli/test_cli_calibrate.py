"""`harness calibrate`: a session measured on a chip that is 13% slower and draws 140 uA/MHz."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.calibration_sessions import CURRENT_UA_PER_MHZ, SCALE, measured_rows, predicted_rows, write_session

from harness.config import load_boards
from harness.measure import Provenance, Quantity
from harness.paths import shipped_boards_file


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """With a measured session and one that predicts the same."""
    write_session(tmp_path / "reports" / "predicted", predicted_rows(), started="2026-01-01T00:00:00+00:00")
    write_session(tmp_path / "reports" / "silicon", measured_rows(), started="2026-01-02T00:00:00+00:00")
    return tmp_path / "reports"


@pytest.mark.parametrize("against", [[], ["--against", "predicted"]])
def test_the_chip_is_found_and_written_to_a_file_of_ones_own(
    harness: Callable[..., Any], reports: Path, tmp_path: Path, against: list[str]
) -> None:
    shipped = shipped_boards_file().read_text()
    done = harness("calibrate", "silicon", *against)
    assert (done.code, done.err) == (0, "")
    assert shipped_boards_file().read_text() == shipped
    board = load_boards([tmp_path / "boards.toml"])["stm32l475"]
    assert board.cost_model is not None and board.energy is not None
    assert board.cost_model.cycle_scale == pytest.approx(SCALE, rel=0.01)
    assert board.energy.run_ua_per_mhz == pytest.approx(CURRENT_UA_PER_MHZ, rel=1e-4)
    assert board.energy.name == "measured, session silicon"
    assert board.energy.error.endswith(" % off there on average")


def test_it_prints_old_and_new_values_and_their_errors(harness: Callable[..., Any], reports: Path) -> None:
    lines = harness("calibrate", "latest").out.splitlines()
    assert lines[0] == "stm32l475: session silicon against the predictions of predicted"
    assert lines[1].startswith("  cycle_scale 1 -> 1.13")
    assert "18 runs and layers are off by 11.5% -> 0.6% on average" in lines[1]
    assert lines[2].startswith("  run_ua_per_mhz 127.5 -> 140: 18 runs and layers are off by 8.9% -> 0.0% on average")
    assert lines[3].startswith("  written to ") and "boards.toml; a comment there keeps the old values" in lines[3]


def test_a_second_calibration_finds_the_same_and_keeps_the_history(
    harness: Callable[..., Any], reports: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        assert harness("calibrate", "silicon").code == 0
    text = (tmp_path / "boards.toml").read_text()
    history = [line for line in text.splitlines() if ", session silicon: cycle_scale " in line]
    assert len(history) == 2
    assert "run_ua_per_mhz 127.5 (STM32L475xx datasheet" in history[1]
    assert "run_ua_per_mhz 140.0 -> 140.0" in history[0]


def test_a_rehearsal_is_no_measurement(harness: Callable[..., Any], reports: Path, tmp_path: Path) -> None:
    rows = [replace(row, latency_us=Quantity(1.0, Provenance.REHEARSED)) for row in measured_rows()]
    write_session(reports / "rehearsal", rows)
    done = harness("calibrate", "rehearsal")
    assert done.code == 2
    assert "session rehearsal was rehearsed on a stand-in for hardware\n  fix: name a session" in done.err
    assert not (tmp_path / "boards.toml").exists()


def test_what_cannot_be_fitted_changes_nothing(harness: Callable[..., Any], reports: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (["predicted"], "session predicted has no measured times"),
        (["silicon", "--against", "silicon"], "session silicon predicts no run on stm32l475"),
        (["nowhere"], "no session 'nowhere'"),
    ):
        done = harness("calibrate", *arguments)
        assert done.code == 2
        assert said in done.err
    assert not (tmp_path / "boards.toml").exists()
