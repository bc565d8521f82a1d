"""Models of one op each, of shapes that networks for microcontrollers have and that the smallest board has room for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from conditions import REPOSITORY

from harness.model import Model, read_model

sys.path.append(str(REPOSITORY / "tests"))  # the writer of `.tflite` files is the tests'

VARIANTS = ("float32", "int8", "int16x8")

_VALUES = {"float32": ("float32", None), "int8": ("int8", 0.05), "int16x8": ("int16", 0.0002)}  # type and scale
_BIAS = {"float32": "float32", "int8": "int32", "int16x8": "int64"}
_WEIGHT_SCALE = 0.01
# Of outputs that the kernels want so: scale and zero point by variant.
_UNIT = {"int8": (1 / 256, -128), "int16x8": (1 / 32768, 0)}
_SIGNED_UNIT = {"int8": (1 / 128, 0), "int16x8": (1 / 32768, 0)}


class Probe(NamedTuple):
    """One op in one variant. `build` adds it and returns nothing: inputs and outputs are what is left open."""

    op: str
    name: str
    build: Callable[[Parts], None]


class Parts:
    """The tensors of a model in one variant."""

    def __init__(self, variant: str) -> None:
        from support.tflite_builder import TfliteBuilder

        self.variant = variant
        self.builder = TfliteBuilder()
        self._random = np.random.default_rng(0)

    def values(self, shape: Sequence[int], ranges: dict[str, tuple[float, int]] | None = None) -> int:
        """What flows: an input or an output."""
        dtype, scale = _VALUES[self.variant]
        if scale is None:
            return self.builder.tensor(shape, dtype)
        scale, zero_point = ranges[self.variant] if ranges else (scale, 0)
        return self.builder.tensor(shape, dtype, scale=scale, zero_point=zero_point)

    def weights(self, shape: Sequence[int], axis: int = 0) -> int:
        """A filter, with a scale for each channel along `axis`."""
        steps = self._random.integers(-127, 128, shape)
        if self.variant == "float32":
            return self.builder.tensor(shape, "float32", data=steps * _WEIGHT_SCALE)
        return self.builder.tensor(shape, "int8", scale=[_WEIGHT_SCALE] * shape[axis], axis=axis, data=steps)

    def bias(self, count: int) -> int:
        _, scale = _VALUES[self.variant]
        scales = None if scale is None else [scale * _WEIGHT_SCALE] * count
        return self.builder.tensor([count], _BIAS[self.variant], scale=scales, data=np.arange(count))

    def constant(self, data: Any) -> int:
        """Axes, shapes and paddings."""
        return self.builder.tensor(np.shape(data), "int32", data=data)

    def op(self, name: str, inputs: Sequence[int], output: int, **options: Any) -> None:
        self.builder.op(name, inputs, [output], **options)


def probe_model(probe: Probe, variant: str) -> Model:
    """The probe's model."""
    parts = Parts(variant)
    probe.build(parts)
    return read_model(parts.builder.build(), f"{probe.op} {probe.name} {variant}")


def probes() -> Iterator[Probe]:
    """All of them."""
    for shape in [
        (12, 3, 3, 2, 8),
        (8, 8, 3, 1, 8),
        (5, 16, 1, 1, 32),
        (3, 64, 1, 1, 64),
        (4, 32, 1, 1, 64),
        (2, 256, 1, 1, 32),
        (4, 32, 3, 1, 32),
    ]:
        yield _convolution(*shape)
    for shape in [(8, 8, 3, 1), (8, 16, 3, 2), (5, 32, 3, 1), (6, 16, 5, 1)]:
        yield _depthwise(*shape)
    for inputs, outputs in [(64, 64), (256, 16), (128, 32)]:
        yield _dense(inputs, outputs)
    for op, side, deep, window in [
        ("MAX_POOL_2D", 8, 8, 2),
        ("MAX_POOL_2D", 8, 16, 4),
        ("AVERAGE_POOL_2D", 8, 8, 2),
        ("AVERAGE_POOL_2D", 7, 16, 7),
    ]:
        yield _pool(op, side, deep, window)
    yield _mean(7, 16)
    for count in (10, 100):
        yield _pointwise("SOFTMAX", [1, count], _UNIT)
    for op, ranges in [("RELU", None), ("RELU6", None), ("LOGISTIC", _UNIT), ("TANH", _SIGNED_UNIT)]:
        yield _pointwise(op, [1, 8, 8, 8], ranges)
    for op in ("ADD", "MUL", "SUB", "CONCATENATION"):
        yield _pair(op, [1, 8, 8, 4])
    yield _pad(8, 8)


def _convolution(side: int, deep: int, kernel: int, stride: int, out: int) -> Probe:
    def build(parts: Parts) -> None:
        end = -(-side // stride)
        image, output = parts.values([1, side, side, deep]), parts.values([1, end, end, out])
        inputs = [image, parts.weights([out, kernel, kernel, deep]), parts.bias(out)]
        parts.op("CONV_2D", inputs, output, padding="SAME", stride_w=stride, stride_h=stride)

    return Probe("CONV_2D", f"{kernel}x{kernel}/{stride} {side}x{side}x{deep} to {out}", build)


def _depthwise(side: int, deep: int, kernel: int, stride: int) -> Probe:
    def build(parts: Parts) -> None:
        end = -(-side // stride)
        image, output = parts.values([1, side, side, deep]), parts.values([1, end, end, deep])
        inputs = [image, parts.weights([1, kernel, kernel, deep], axis=3), parts.bias(deep)]
        parts.op("DEPTHWISE_CONV_2D", inputs, output, padding="SAME", stride_w=stride, stride_h=stride)

    return Probe("DEPTHWISE_CONV_2D", f"{kernel}x{kernel}/{stride} {side}x{side}x{deep}", build)


def _dense(inputs: int, outputs: int) -> Probe:
    def build(parts: Parts) -> None:
        values, end = parts.values([1, inputs]), parts.values([1, outputs])
        parts.op("FULLY_CONNECTED", [values, parts.weights([outputs, inputs]), parts.bias(outputs)], end)

    return Probe("FULLY_CONNECTED", f"{inputs} to {outputs}", build)


def _pool(op: str, side: int, deep: int, window: int) -> Probe:
    def build(parts: Parts) -> None:
        end = side // window
        image, output = parts.values([1, side, side, deep]), parts.values([1, end, end, deep])
        size = {"filter_width": window, "filter_height": window, "stride_w": window, "stride_h": window}
        parts.op(op, [image], output, padding="VALID", **size)

    return Probe(op, f"{window}x{window} {side}x{side}x{deep}", build)


def _mean(side: int, deep: int) -> Probe:
    def build(parts: Parts) -> None:
        image, output = parts.values([1, side, side, deep]), parts.values([1, deep])
        parts.op("MEAN", [image, parts.constant([1, 2])], output)

    return Probe("MEAN", f"{side}x{side}x{deep}", build)


def _pointwise(op: str, shape: Sequence[int], ranges: dict[str, tuple[float, int]] | None) -> Probe:
    def build(parts: Parts) -> None:
        parts.op(op, [parts.values(shape)], parts.values(shape, ranges))

    return Probe(op, "x".join(map(str, shape)), build)


def _pair(op: str, shape: Sequence[int]) -> Probe:
    def build(parts: Parts) -> None:
        joined = [*shape[:-1], 2 * shape[-1]] if op == "CONCATENATION" else shape
        options = {"axis": 3} if op == "CONCATENATION" else {}
        parts.op(op, [parts.values(shape), parts.values(shape)], parts.values(joined), **options)

    return Probe(op, "x".join(map(str, shape)), build)


def _pad(side: int, deep: int) -> Probe:
    def build(parts: Parts) -> None:
        image, output = parts.values([1, side, side, deep]), parts.values([1, side + 2, side + 2, deep])
        parts.op("PAD", [image, parts.constant([[0, 0], [1, 1], [1, 1], [0, 0]])], output)

    return Probe("PAD", f"{side}x{side}x{deep}", build)
