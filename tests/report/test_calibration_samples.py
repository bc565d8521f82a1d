"""Measured rows find their predictions, and what cannot be compared is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.calibration_sessions import SCALE, measured_rows, predicted_rows, rows, write_session

from harness.errors import ReportError
from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord
from harness.report import SessionTables, read_session
from harness.report.calibration import measured_boards, newest_samples, pair_samples
from harness.report.schema import Record


@pytest.fixture
def measured(tmp_path: Path) -> SessionTables:
    return read_session(write_session(tmp_path / "measured", measured_rows()))


def session(tmp_path: Path, records: list[Record]) -> SessionTables:
    return read_session(write_session(tmp_path / "other", records))


def test_every_measured_run_and_layer_has_its_prediction(tmp_path: Path, measured: SessionTables) -> None:
    samples = pair_samples(measured, session(tmp_path, predicted_rows()), "stm32l475")
    assert len(samples.rows) == len(rows())
    assert (samples.clock_hz, samples.cycle_scale) == (80_000_000, 1.0)
    for sample in samples.rows:
        assert sample.latency_us == pytest.approx(sample.cycles / 80 * SCALE, rel=0.011)


def test_the_predictions_may_carry_a_scale_already(tmp_path: Path, measured: SessionTables) -> None:
    scaled = [
        replace(row, latency_us=Quantity(1.2 * row.latency_us.value, Provenance.MODELLED)) for row in predicted_rows()
    ]
    samples = pair_samples(measured, session(tmp_path, scaled), "stm32l475")
    assert samples.cycle_scale == 1.2
    assert samples.rows[0].latency_us == pytest.approx(samples.rows[0].cycles / 80 * SCALE, rel=0.011)


def test_the_newest_session_that_predicts_the_same_runs_is_taken(tmp_path: Path, measured: SessionTables) -> None:
    write_session(tmp_path / "old", predicted_rows(), started="2026-01-01T00:00:00+00:00")
    write_session(tmp_path / "new", predicted_rows(), started="2026-01-03T00:00:00+00:00")
    write_session(tmp_path / "counted", rows(), started="2026-01-04T00:00:00+00:00")
    recompiled = [replace(row, toolchain="g++ 99") for row in predicted_rows() if isinstance(row, RunRecord)]
    write_session(tmp_path / "recompiled", recompiled, started="2026-01-05T00:00:00+00:00")
    assert newest_samples(tmp_path, measured, "stm32l475").modelled == "new"


def test_without_a_prediction_the_command_that_makes_one_is_said(tmp_path: Path, measured: SessionTables) -> None:
    with pytest.raises(ReportError) as caught:
        newest_samples(tmp_path, measured, "stm32l475")
    assert "predicts what session measured measured on stm32l475" in caught.value.cause
    assert "pytest --board=stm32l475 --target=emulated" in caught.value.fix


def test_a_session_without_a_measured_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="session other has no measured times"):
        measured_boards(session(tmp_path, predicted_rows()))


def test_other_boards_engines_and_models_are_not_compared(tmp_path: Path, measured: SessionTables) -> None:
    for number, change in enumerate(({"board": "native"}, {"engine": "tflm"}, {"model_sha256": "11" * 32})):
        changed = [replace(row, **change) for row in predicted_rows() if hasattr(row, next(iter(change)))]
        other = read_session(write_session(tmp_path / str(number), changed))
        with pytest.raises(ReportError, match="predicts no run on stm32l475 that session measured measured"):
            pair_samples(measured, other, "stm32l475")


def test_too_few_layers_are_refused(tmp_path: Path, measured: SessionTables) -> None:
    few = [row for row in predicted_rows() if not (isinstance(row, LayerRecord) and row.op_index > 1)]
    with pytest.raises(ReportError, match="stm32l475: 4 layers are measured and predicted; a fit needs 5 or more"):
        pair_samples(measured, session(tmp_path, few), "stm32l475")


def test_a_layer_shorter_than_a_tick_is_left_out(tmp_path: Path) -> None:
    timed = [
        replace(row, latency_us=Quantity(0.0, Provenance.MEASURED))
        if isinstance(row, LayerRecord) and row.op == "RESHAPE"
        else row
        for row in measured_rows()
    ]
    short = read_session(write_session(tmp_path / "short", timed))
    assert len(pair_samples(short, session(tmp_path, predicted_rows()), "stm32l475").rows) == len(rows()) - 2


def test_an_energy_that_is_incomplete_or_a_share_of_the_time_is_no_sample(tmp_path: Path) -> None:
    doubtful = [
        replace(row, energy_incomplete="samples were lost", supply_v=3.3)
        if isinstance(row, RunRecord)
        else replace(row, energy_by="time" if row.op == "CONV_2D" else "marker")
        for row in measured_rows()
        if isinstance(row, RunRecord | LayerRecord)
    ]
    measured = read_session(write_session(tmp_path / "doubtful", doubtful))
    rows = pair_samples(measured, session(tmp_path, predicted_rows()), "stm32l475").rows
    assert sum(row.energy_uj is not None for row in rows) == len(rows) - 2 - 2 * 2
    assert {row.supply_v for row in rows} == {3.3}


@pytest.mark.parametrize("value", [-3.5, float("inf"), float("nan")])
def test_a_number_that_makes_no_sense_is_named(tmp_path: Path, value: float) -> None:
    wrong = [
        replace(row, latency_us=Quantity(value, Provenance.MEASURED))
        if isinstance(row, LayerRecord) and (row.variant, row.op_index) == ("int8", 3)
        else row
        for row in measured_rows()
    ]
    measured = read_session(write_session(tmp_path / "wrong", wrong))
    with pytest.raises(ReportError, match=f"digits int8 on stm32l475 with builtin, op 3: latency_us is {value}"):
        pair_samples(measured, session(tmp_path, predicted_rows()), "stm32l475")
