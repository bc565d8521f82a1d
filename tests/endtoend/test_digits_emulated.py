"""PlatformIO's firmware in QEMU's b-l475e-iot01a against the official interpreter, on every held-out digit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.config import Suite
from harness.measure import Bench, Job, Provenance, Quantity, Sink, load_suite_vectors, run_model
from harness.model import read_model_file


def digits_job(suite: Suite, variant: str, vectors: int | None = None) -> Job:
    model = read_model_file(suite.models[variant].path)
    return Job(suite.name, variant, model, load_suite_vectors(suite.vectors).first(vectors))


@pytest.mark.parametrize("variant", ["float32", "int8", "int16x8"])
def test_all_397_outputs_equal_the_oracles(stm32l475: Bench, digits: Suite, sink: Sink, variant: str) -> None:
    result = run_model(stm32l475, replace(digits_job(digits, variant), check=True), sink)
    assert result.run.vectors == 397
    assert result.run.oracle_equal == 397
    assert result.run.target == "emulated"
    assert "b-l475e-iot01a" in result.run.target_description


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_counts_repeat_and_layers_add_up(stm32l475: Bench, digits: Suite, sink: Sink, variant: str) -> None:
    job = digits_job(digits, variant, vectors=1)
    first, second = (run_model(stm32l475, job, sink) for _ in range(2))
    assert (first.run.instructions, first.run.cycles) == (second.run.instructions, second.run.cycles)
    assert first.layers == second.layers
    assert first.run.instructions is not None
    assert first.run.instructions_min == first.run.instructions_max == first.run.instructions.value
    total = sum(layer.instructions.value for layer in first.layers if layer.instructions is not None)
    assert total == pytest.approx(first.run.instructions.value, rel=0.01)
    assert first.run.cycles is not None
    assert first.run.latency_us == Quantity(first.run.cycles.value / 80, Provenance.MODELLED)  # 80 MHz
    assert first.run.latency_us_min == first.run.latency_us_max == first.run.latency_us.value
