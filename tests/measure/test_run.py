"""A run on the native target: what is refused before it, and what an output that is not the oracle's does to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.models import small_cnn
from support.session_records import INFO
from support.tflite_builder import TfliteBuilder

from harness.config import load_boards
from harness.errors import NoFitError, Shortage
from harness.link.client import Device
from harness.link.failures import device_error
from harness.link.messages import ErrorAnswer, ErrorCode, Loaded, MessageType
from harness.measure import Bench, Job, Provenance, Quantity, Reference, array_vectors, random_vectors, run_model
from harness.measure import answers as answers_module
from harness.model import Model, read_model
from harness.model.oracle import Oracle
from harness.paths import shipped_boards_file
from harness.report import Records


@pytest.fixture(scope="module")
def native() -> Bench:
    return Bench(load_boards([shipped_boards_file()])["native"])


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(small_cnn("int8"), "small_cnn")


class WrongOnce(Oracle):
    """The oracle, but for its second answer."""

    answers = 0

    def infer(self, vector: bytes) -> bytes:
        self.answers += 1
        output = super().infer(vector)
        return bytes([output[0] ^ 1]) + output[1:] if self.answers == 2 else output


def test_one_output_that_differs_fails_the_run(native: Bench, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers_module, "Oracle", WrongOnce)
    result = run_model(native, Job("s", "int8", model, random_vectors(model, 4), check=True), Records())
    assert result.run.outcome == "failed"
    assert result.run.oracle_equal == 3
    assert result.run.message == "1 of 4 outputs differ from the oracle's, first vector 1"


def huge_model() -> Model:
    builder = TfliteBuilder()
    image = builder.tensor((1, 60_000, 60_000), "float32")
    flat = builder.tensor((1, 60_000, 60_000), "float32")
    builder.op("RESHAPE", [image], [flat])
    return read_model(builder.build([image], [flat]), "huge")


def test_a_model_that_does_not_fit_is_refused_before_its_vectors_are_looked_at(native: Bench) -> None:
    huge = huge_model()
    vectors = array_vectors(np.zeros((1, 2)), None, "here")
    records = Records()
    with pytest.raises(NoFitError, match="arena: needs at least 28,800,000,0"):
        run_model(native, Job("s", "float32", huge, vectors), records)
    (run,) = records.tables(INFO).run_records
    assert run.outcome == "no fit"
    assert run.message.startswith("arena: needs at least 28,800,000,0")
    assert run.message.endswith("bytes are missing")


@pytest.mark.parametrize(("board", "soft"), [("microbit", True), ("stm32l475", False)])
def test_floats_that_a_core_computes_in_software_are_recorded(board: str, soft: bool) -> None:
    huge, records = huge_model(), Records()
    with pytest.raises(NoFitError):
        run_model(
            Bench(load_boards([shipped_boards_file()])[board]), Job("s", "v", huge, random_vectors(huge, 0)), records
        )
    assert [run.soft_float for run in records.tables(INFO).run_records] == [soft]


def test_the_devices_own_refusal_of_the_arena_counts_as_no_fit(
    native: Bench, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = ErrorAnswer(ErrorCode.ARENA_TOO_SMALL, 5_000_000, "the arena is too small for the model")

    def refuse(self: Device, data: bytes) -> Loaded:
        raise device_error(MessageType.MODEL_LOAD, refusal)

    monkeypatch.setattr(Device, "load", refuse)
    with pytest.raises(NoFitError) as caught, native.load(model):
        pass
    assert caught.value.shortages == (Shortage("arena", 5_000_000, 0x400000),)


def test_an_autoencoder_is_judged_by_how_well_it_tells_anomalies(native: Bench) -> None:
    builder = TfliteBuilder()
    values, half = builder.tensor((1, 2), "float32"), builder.tensor((1, 2), "float32")
    weights = builder.tensor((2, 2), "float32", data=np.array([[1, 0], [0, 0]]))  # forgets the second value
    builder.op("FULLY_CONNECTED", [values, weights, -1], [half])
    detector = read_model(builder.build([values], [half]), "detector")
    inputs = np.array([[3, 0], [0, 2], [1, 1], [5, 0]], np.float32)
    records = Records()
    vectors = array_vectors(inputs, np.array([0, 1, 0, 1]), "here")
    run = run_model(native, Job("s", "float32", detector, vectors, metric="auc"), records).run
    assert (run.metric, run.accuracy) == ("auc", None)
    assert run.figure == run.auc == Quantity(0.625, Provenance.HOST)


def test_real_time_is_the_median_of_ten_windows_that_are_all_recorded(native: Bench, model: Model) -> None:
    records = Records()
    run = run_model(native, Job("s", "int8", model, random_vectors(model, 1)), records).run
    windows = records.tables(INFO).window_records
    assert [window.window for window in windows] == list(range(10))
    assert {window.inferences for window in windows} == {run.inferences_per_window}
    times = sorted(window.latency_us.value for window in windows if window.latency_us)
    assert run.latency_us == Quantity(times[4], Provenance.HOST)
    assert (run.repeats, run.latency_us_min, run.latency_us_max) == (10, times[0], times[9])
    assert run.latency_us_spread is not None
    assert run.inferences_per_window > 1
    assert run.clock_off_percent is None  # it is this computer's own


def test_outputs_are_held_against_another_engines(native: Bench, model: Model) -> None:
    job = Job("s", "int8", model, random_vectors(model, 3), repeats=1)
    records = Records()
    first = run_model(native, job, records)
    assert first.run.reference_engine is None
    assert first.run.output_bytes == 3 * model.output_bytes == sum(map(len, first.answers))
    same = run_model(native, replace(job, reference=Reference("other", first.answers)), records).run
    assert (same.outcome, same.reference_engine, same.reference_equal) == ("passed", "other", 3)
    assert (same.reference_different_bytes, same.reference_max_difference) == (0, 0.0)
    wrong = (*first.answers[:2], bytes([first.answers[2][0] ^ 1]) + first.answers[2][1:])
    other = run_model(native, replace(job, reference=Reference("other", wrong)), records).run
    assert (other.outcome, other.reference_equal, other.reference_different_bytes) == ("failed", 2, 1)
    assert other.message == "1 of 3 outputs differ from other's, first vector 2"
