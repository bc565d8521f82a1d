"""Elementwise ops on tensors and options that do not fit together: a status, never a fault."""

from __future__ import annotations

import numpy as np
import pytest
from firmware.engine.native import BAD_MODEL, OK, UNSUPPORTED, NativeEngine
from support.tflite_builder import NO_TENSOR, TfliteBuilder

RELUS = ["RELU", "RELU6", "LEAKY_RELU"]
UNARY = [*RELUS, "LOGISTIC", "TANH", "HARD_SWISH"]
INTEGERS = ["int8", "int16"]
BINARY = ["ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM"]


def model(name: str, *shapes: list[int], dtype: str = "int8", **quantization: object) -> bytes:
    """The op on tensors of these shapes, the last of which is the output's."""
    b = TfliteBuilder()
    tensors = [b.tensor(shape, dtype, **({"scale": 0.1} | quantization)) for shape in shapes]
    b.op(name, tensors[:-1], tensors[-1:])
    return b.build(tensors[:-1], tensors[-1:])


@pytest.mark.parametrize(
    ("name", "dtype"), [(name, "float32") for name in UNARY] + [(name, dtype) for name in RELUS for dtype in INTEGERS]
)
def test_unary_shapes(engine: NativeEngine, name: str, dtype: str) -> None:
    assert engine.run(model(name, [2, 3], [2, 3], dtype=dtype)).status == OK
    for output in ([3, 2], [6], [2, 4], [2, 2], [1, 2, 3]):
        assert engine.run(model(name, [2, 3], output, dtype=dtype)).status == BAD_MODEL
    assert engine.run(model(name, [2, 3], [2, 3], [2, 3], dtype=dtype)).status == BAD_MODEL


@pytest.mark.parametrize("dtype", ["float32", "int8"])
@pytest.mark.parametrize("name", BINARY)
def test_binary_shapes(engine: NativeEngine, name: str, dtype: str) -> None:
    assert engine.run(model(name, [2, 1], [3], [2, 3], dtype=dtype)).status == OK
    for a, b, output in (
        ([2, 3], [2, 3], [3]),
        ([2, 3], [2, 3], [3, 2]),
        ([2, 3], [2, 2], [2, 3]),
        ([1], [1], [2, 3]),
        ([1, 2, 3], [1], [2, 3]),
    ):
        assert engine.run(model(name, a, b, output, dtype=dtype)).status == BAD_MODEL
    assert engine.run(model(name, [2, 3], [2, 3], dtype=dtype)).status == BAD_MODEL


@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_types_that_differ(engine: NativeEngine, name: str) -> None:
    for dtypes in (["int8", "float32"], ["float32", "int8"], ["int16", "int8"]):
        b = TfliteBuilder()
        x, y = (b.tensor([4], dtype, scale=0.1) for dtype in dtypes)
        b.op(name, [x, y] if name in BINARY else [x], [b.tensor([4], dtypes[1], scale=0.1)])
        assert engine.run(b.build()).status == UNSUPPORTED


@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_left_out_input(engine: NativeEngine, name: str) -> None:
    b = TfliteBuilder()
    x, y = b.tensor([4], scale=0.1), b.tensor([4], scale=0.1)
    b.op(name, [NO_TENSOR, x] if name in BINARY else [NO_TENSOR], [y])
    assert engine.run(b.build([x])).status == BAD_MODEL


@pytest.mark.parametrize(
    "quantization", [{"scale": None}, {"scale": float("nan")}, {"scale": 0.0}, {"zero_point": 128}, {"scale": [1, 2]}]
)
@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_wrong_quantization(engine: NativeEngine, name: str, quantization: dict[str, object]) -> None:
    shapes = [[4]] * (3 if name in BINARY else 2)
    assert engine.run(model(name, *shapes, **quantization)).status in {BAD_MODEL, UNSUPPORTED}


@pytest.mark.parametrize("name", ["MUL", "RELU", "LEAKY_RELU", "SUB"])
@pytest.mark.parametrize("scales", [(1e30, 1e-30), (1e-30, 1e30), (3e38, 3e38)])
def test_scales_far_apart(engine: NativeEngine, name: str, scales: tuple[float, float]) -> None:
    b = TfliteBuilder()
    x, y = b.tensor([4], scale=scales[0]), b.tensor([4], scale=scales[1])
    b.op(name, [x, x] if name in BINARY else [x], [y])
    assert engine.run(b.build()).status in {OK, UNSUPPORTED}


Curve = tuple[str, str, float, int]  # name, type, output scale and zero point
CURVES: list[Curve] = [
    ("LOGISTIC", "int8", 1 / 256, -128),
    ("LOGISTIC", "int16", 2**-15, 0),
    ("TANH", "int8", 1 / 128, 0),
    ("TANH", "int16", 2**-15, 0),
]


def model_of(curve: Curve, input_scale: float, output_factor: float = 1.0) -> bytes:
    name, dtype, scale, zero_point = curve
    b = TfliteBuilder()
    x = b.tensor([4], dtype, scale=input_scale)
    b.op(name, [x], [b.tensor([4], dtype, scale=scale * output_factor, zero_point=zero_point)])
    return b.build()


@pytest.mark.parametrize("scale", [1e-38, 1e-9, 1.0, 2.7, 15.9, 16.0, 1e38])
@pytest.mark.parametrize("curve", [*CURVES, ("HARD_SWISH", "int8", 0.1, 0)])
def test_any_input_scale(engine: NativeEngine, curve: Curve, scale: float) -> None:
    values = np.array([-128, -1, 0, 127]).astype(curve[1]).tobytes()
    assert engine.run(model_of(curve, scale), values).status in {OK, UNSUPPORTED}


@pytest.mark.parametrize("curve", CURVES)
def test_output_scales_that_a_curve_does_not_have(engine: NativeEngine, curve: Curve) -> None:
    assert engine.run(model_of(curve, 0.1)).status == OK
    assert engine.run(model_of(curve, 0.1, output_factor=2)).status == UNSUPPORTED


@pytest.mark.parametrize("alpha", [float("nan"), float("inf"), -float("inf"), 1e38])
def test_slopes_without_a_factor(engine: NativeEngine, alpha: float) -> None:
    b = TfliteBuilder()
    x, y = b.tensor([4], scale=0.1), b.tensor([4], scale=0.1)
    b.op("LEAKY_RELU", [x], [y], options_type="LeakyReluOptions", alpha=alpha)
    assert engine.run(b.build()).status == UNSUPPORTED


def test_relu6_that_would_have_to_scale(engine: NativeEngine) -> None:
    b = TfliteBuilder()
    b.op("RELU6", [b.tensor([4], scale=0.1)], [b.tensor([4], scale=0.2)])
    assert engine.run(b.build()).status == UNSUPPORTED
