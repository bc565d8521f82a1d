"""TRANSPOSE_CONV on tensors and options that do not fit together: a status, never a fault."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from firmware.engine.native import BAD_MODEL, OK, UNSUPPORTED, NativeEngine
from support.tflite_builder import NO_TENSOR, TfliteBuilder

# 2x2 pixels of 2 channels become 4x5 pixels of 3.
TENSORS: dict[str, dict[str, Any]] = {
    "shape": {"shape": [4], "dtype": "int32", "data": [1, 4, 5, 3]},
    "filter": {"shape": [3, 2, 3, 2], "scale": 0.1, "data": np.ones((3, 2, 3, 2))},
    "image": {"shape": [1, 2, 2, 2], "scale": 0.1},
    "bias": {"shape": [3], "dtype": "int32", "scale": 0.01, "data": np.ones(3)},
    "result": {"shape": [1, 4, 5, 3], "scale": 0.1},
}
OPTIONS = {"padding": "VALID", "stride_h": 2, "stride_w": 2}


def transpose_conv(options: dict[str, Any], inputs: int = 4, **changes: dict[str, Any] | None) -> bytes:
    """The op with options and tensors changed, left out (None), or cut off after `inputs`."""
    b = TfliteBuilder()
    indices = {}
    for name, tensor in TENSORS.items():
        change = changes.get(name, {})
        indices[name] = NO_TENSOR if change is None else b.tensor(**(tensor | change))
    *operands, result = indices.values()
    b.op("TRANSPOSE_CONV", operands[:inputs], [result], options_type="TransposeConvOptions", **(OPTIONS | options))
    return b.build([indices["image"]])


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, OK),
        ({"padding": "SAME"}, BAD_MODEL),  # whose 4x5 pixels come from 2x3
        ({"padding": 2}, BAD_MODEL),
        ({"stride_h": 0}, BAD_MODEL),
        ({"stride_w": -1}, BAD_MODEL),
        ({"stride_h": 2**31 - 1}, UNSUPPORTED),
        ({"fused_activation_function": "TANH"}, UNSUPPORTED),
    ],
)
def test_options(engine: NativeEngine, options: dict[str, Any], status: int) -> None:
    run = engine.run(transpose_conv(options), bytes(8))
    assert run.status == status, run.text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"shape": {"data": [9, 9, 9, 9]}}, OK),  # the output's own shape counts
        ({"bias": None}, OK),
        ({"filter": None}, BAD_MODEL),
        ({"filter": {"shape": [3, 2, 6], "data": np.ones((3, 2, 6))}}, BAD_MODEL),
        ({"filter": {"shape": [2, 2, 3, 3], "data": np.ones((2, 2, 3, 3))}}, BAD_MODEL),
        ({"filter": {"shape": [3, 2, 2, 3], "data": np.ones((3, 2, 2, 3))}}, BAD_MODEL),
        ({"filter": {"dtype": "float32"}}, UNSUPPORTED),
        ({"image": {"shape": [2, 2, 2, 2]}}, BAD_MODEL),
        ({"image": {"shape": [1, 2, 2, 3]}}, BAD_MODEL),
        ({"image": {"shape": [1, 2, 3, 2]}}, BAD_MODEL),
        ({"image": {"shape": [2, 2, 2]}}, BAD_MODEL),
        ({"image": {"dtype": "float32"}}, UNSUPPORTED),
        ({"image": {"dtype": "int16"}, "result": {"dtype": "int16"}}, UNSUPPORTED),  # with an int32 bias
        ({"image": {"dtype": "int16"}, "result": {"dtype": "int16"}, "bias": {"dtype": "int64"}}, OK),
        ({"bias": {"shape": [2], "data": np.ones(2)}}, BAD_MODEL),
        ({"bias": {"dtype": "float32"}}, UNSUPPORTED),
        ({"result": {"shape": [1, 4, 5, 2]}}, BAD_MODEL),
        ({"result": {"shape": [1, 5, 4, 3]}}, BAD_MODEL),
        ({"result": {"shape": [4, 5, 3]}}, BAD_MODEL),
        ({"result": {"scale": 1e-38}}, UNSUPPORTED),
    ],
)
def test_tensors(engine: NativeEngine, changes: dict[str, Any], status: int) -> None:
    run = engine.run(transpose_conv({}, **changes), bytes(16))
    assert run.status == status, run.text


@pytest.mark.parametrize(("inputs", "status"), [(0, BAD_MODEL), (2, BAD_MODEL), (3, OK)])
def test_number_of_inputs(engine: NativeEngine, inputs: int, status: int) -> None:
    assert engine.run(transpose_conv({}, inputs), bytes(8)).status == status


def test_places_of_a_stride_beyond_the_filter(engine: NativeEngine) -> None:
    """Most of the outputs are under no place of the window: the bias alone."""
    b = TfliteBuilder()
    shape, x = b.tensor([4], "int32", data=[1, 1, 9, 1]), b.tensor([1, 1, 2, 1], scale=1.0)
    weights, bias = b.tensor([1, 1, 1, 1], scale=1.0, data=[[[[2]]]]), b.tensor([1], "int32", scale=1.0, data=[5])
    options = {"padding": "VALID", "stride_w": 8, "options_type": "TransposeConvOptions"}
    b.op("TRANSPOSE_CONV", [shape, weights, x, bias], [b.tensor([1, 1, 9, 1], scale=1.0)], **options)
    assert engine.run(b.build(), bytes([10, 20])).output == bytes([25, 5, 5, 5, 5, 5, 5, 5, 45])
