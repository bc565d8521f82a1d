"""SVDF on tensors and options that do not fit together: a status, never a fault."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from firmware.engine.native import BAD_MODEL, OK, UNSUPPORTED, NativeEngine
from support.tflite_builder import NO_TENSOR, TfliteBuilder

SIX_BY_FIVE, SIX_BY_FOUR, THREE = np.ones((6, 5)), np.ones((6, 4)), np.ones(3)
# 2 batches of 5 inputs, 3 units of rank 2, a memory of 4
TENSORS: dict[str, dict[str, Any]] = {
    "values": {"shape": [2, 5], "scale": 0.1},
    "features": {"shape": [6, 5], "scale": 0.1, "data": SIX_BY_FIVE},
    "times": {"shape": [6, 4], "dtype": "int16", "scale": 0.1, "data": SIX_BY_FOUR},
    "bias": {"shape": [3], "dtype": "int32", "scale": 0.01, "data": THREE},
    "state": {"shape": [2, 24], "dtype": "int16", "scale": 0.1, "is_variable": True},
    "result": {"shape": [2, 3], "scale": 0.1},
}


def svdf(rank: int = 2, *, inputs: int = 5, **changes: dict[str, Any] | None) -> bytes:
    """The op with tensors changed, left out (None), or cut off after `inputs`."""
    b = TfliteBuilder()
    indices = []
    for name, tensor in TENSORS.items():
        change = changes.get(name, {})
        indices.append(NO_TENSOR if change is None else b.tensor(**(tensor | change)))
    b.op("SVDF", indices[:inputs], indices[-1:], rank=rank)
    return b.build(indices[:1])


@pytest.mark.parametrize("rank", [0, -1, 4, 5, 7, 2**31 - 1, -(2**31)])
def test_ranks_that_do_not_divide_the_filters(engine: NativeEngine, rank: int) -> None:
    assert engine.run(svdf(rank)).status == BAD_MODEL


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, OK),
        ({"bias": None}, OK),
        ({"state": None}, BAD_MODEL),
        ({"features": None}, BAD_MODEL),
        ({"values": {"shape": [2, 6]}}, BAD_MODEL),
        ({"values": {"shape": [10]}}, BAD_MODEL),
        ({"values": {"shape": [1, 5]}}, BAD_MODEL),
        ({"features": {"shape": [30]}}, BAD_MODEL),
        ({"features": {"shape": [5, 6]}}, BAD_MODEL),
        ({"times": {"shape": [24]}}, BAD_MODEL),
        ({"times": {"shape": [4, 6]}}, BAD_MODEL),
        ({"bias": {"shape": [2], "data": np.ones(2)}}, BAD_MODEL),
        ({"bias": {"dtype": "float32"}}, UNSUPPORTED),
        ({"state": {"shape": [2, 23]}}, BAD_MODEL),
        ({"state": {"shape": [1, 24]}}, BAD_MODEL),
        ({"state": {"shape": [48]}}, BAD_MODEL),
        ({"state": {"is_variable": False, "data": np.ones((2, 24))}}, BAD_MODEL),
        ({"state": {"data": np.ones((2, 24))}}, BAD_MODEL),
        ({"state": {"dtype": "int8"}}, UNSUPPORTED),
        ({"state": {"dtype": "int32"}, "times": {"dtype": "int32"}}, UNSUPPORTED),
        ({"state": {"dtype": "float32"}, "times": {"dtype": "float32"}}, UNSUPPORTED),
        ({"features": {"dtype": "int16"}}, UNSUPPORTED),
        ({"features": {"zero_point": 1}}, UNSUPPORTED),
        ({"features": {"scale": None}}, BAD_MODEL),
        ({"state": {"scale": 1e-38}}, UNSUPPORTED),
        ({"values": {"dtype": "float32"}}, UNSUPPORTED),
        ({"result": {"shape": [3, 2]}}, BAD_MODEL),
        ({"result": {"shape": [6]}}, BAD_MODEL),
        ({"result": {"dtype": "int16"}}, UNSUPPORTED),
    ],
)
def test_tensors(engine: NativeEngine, changes: dict[str, Any], status: int) -> None:
    run = engine.run(svdf(**changes), bytes(10))
    assert run.status == status, run.text


@pytest.mark.parametrize("inputs", [0, 2, 4])
def test_too_few_inputs(engine: NativeEngine, inputs: int) -> None:
    assert engine.run(svdf(inputs=inputs)).status == BAD_MODEL


def test_products_over_time_wrap(engine: NativeEngine) -> None:
    """A state and time weights of -2^15 give 2^30 each; three of them do not fit in 32 bits."""
    b = TfliteBuilder()
    x = b.tensor([1, 1], scale=1.0)
    features = b.tensor([3, 1], scale=1.0, data=np.full(3, -128))
    times = b.tensor([3, 1], "int16", scale=1e-9, data=np.full(3, -(2**15)))
    state = b.tensor([1, 3], "int16", scale=1e-9, is_variable=True)
    b.op("SVDF", [x, features, times, NO_TENSOR, state], [b.tensor([1, 1], scale=1.0)], rank=3)
    assert engine.run(b.build([x]), b"\x7f").status == OK
