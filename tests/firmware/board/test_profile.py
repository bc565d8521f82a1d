"""A profile of more ops than the firmware records at once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.tflite_builder import TfliteBuilder

from harness.config import Board
from harness.measure.bench import Bench
from harness.model import read_model


@pytest.mark.parametrize(("board", "ops"), [("stm32l475", 600), ("microbit", 150)], indirect=["board"])
def test_times_of_several_inferences_fit_together(board: Board, ops: int) -> None:
    """As if one had been timed: each op begins behind the one before, and the hooks between take as long as ever."""
    b = TfliteBuilder()
    tensors = [b.tensor([16], "float32") for _ in range(ops + 1)]
    for source, target in pairwise(tensors):
        b.op("RESHAPE", [source], [target])
    with Bench(board).load(read_model(b.build(), "model")) as (device, loaded):
        profile = device.profile(bytes(64))
        cycles = [device.counters(op)[1] for op in range(ops)]
    assert len(profile.layers) == loaded.op_count == ops
    gaps = [after[0] - before[1] for before, after in pairwise(profile.layers)]
    assert max(gaps) - min(gaps) <= 1  # a tick is shorter than an instruction
    assert profile.layers[-1][1] < profile.ticks
    assert min(cycles) > 0  # a cost region for each op, in one inference
