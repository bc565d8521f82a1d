"""MLPerf Tiny's keyword spotting and anomaly detection on the emulated STM32L475, where this machine has the models."""

from __future__ import annotations

import numpy as np
import pytest
from support.mlperf import mlperf_file, needs_mlperf

from harness.measure import Bench, Job, Sink, Vectors, array_vectors, random_vectors, run_model
from harness.model import Model, read_model_file

VECTORS = 3
SAMPLE = "normal_id_01_00000000_hist_librosa.bin"  # windows of a healthy machine's sound, rows of 640 float32


def recorded_windows() -> Vectors:
    rows = np.fromfile(mlperf_file(SAMPLE), np.float32).reshape(-1, 640)
    return array_vectors(rows[:VECTORS], np.zeros(VECTORS, int), SAMPLE)


@needs_mlperf
@pytest.mark.parametrize(("name", "macs"), [("kws_ref_model", 2_656_768), ("ad01_int8", 264_192)])
def test_outputs_of_the_emulated_board_equal_the_oracles(stm32l475: Bench, sink: Sink, name: str, macs: int) -> None:
    model = read_model_file(mlperf_file(f"{name}.tflite"))
    result = run_model(stm32l475, Job("mlperf", "int8", model, _vectors(model), repeats=1, check=True), sink)
    assert (result.run.outcome, result.run.oracle_equal) == ("passed", VECTORS), result.run.message
    assert result.run.macs == macs


@needs_mlperf
def test_the_anomaly_detector_knows_a_healthy_machine_from_noise(stm32l475: Bench, sink: Sink) -> None:
    model = read_model_file(mlperf_file("ad01_int8.tflite"))
    healthy = recorded_windows()
    noise = np.random.default_rng(0).permuted(healthy.inputs[0], axis=1)
    labels = np.repeat([0, 1], VECTORS)
    vectors = array_vectors(np.concatenate([healthy.inputs[0], noise]), labels, SAMPLE)
    run = run_model(stm32l475, Job("mlperf", "auc", model, vectors, metric="auc", repeats=1), sink).run
    assert run.auc is not None
    assert run.auc.value == 1.0


def _vectors(model: Model) -> Vectors:
    return recorded_windows() if model.name.startswith("ad01") else random_vectors(model, VECTORS)
