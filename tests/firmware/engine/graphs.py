"""Models of one op each, with weights and quantization drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from support.tflite_builder import TfliteBuilder

Shape = Sequence[int]


class OneOp:
    """Draws tensors for the op under test.

    Args:
        dtype: "int8", "int16" or "float32", of activations; integers get scales, int8 ones zero points too.
        seed: of everything drawn.
    """

    def __init__(self, dtype: str, seed: int) -> None:
        self.builder = TfliteBuilder()
        self.dtype = dtype
        self.rng = np.random.default_rng(seed)
        self.quantizations: dict[int, tuple[float, int]] = {}  # scale and zero point of each activation

    def activation(self, shape: Shape, *, like: int | None = None) -> int:
        """A tensor that is computed; `like` gives it another tensor's quantization."""
        if self.dtype == "float32":
            return self.builder.tensor(shape, "float32")
        if like is None:
            zero_point = int(self.rng.integers(-100, 100)) if self.dtype == "int8" else 0
            quantization = (0.05 * float(self.rng.uniform(0.7, 1.4)), zero_point)
        else:
            quantization = self.quantizations[like]
        tensor = self.builder.tensor(shape, self.dtype, scale=quantization[0], zero_point=quantization[1])
        self.quantizations[tensor] = quantization
        return tensor

    def filter(self, shape: Shape, axis: int, scales: int) -> int:
        """int8 weights with `scales` scales along `axis`."""
        data = self.rng.integers(-127, 128, shape)
        values = self.rng.uniform(0.002, 0.02, scales).tolist()
        return self.builder.tensor(shape, "int8", scale=values, zero_point=0, axis=axis, data=data)

    def bias(self, channels: int) -> int:
        """int32."""
        data = self.rng.integers(-3000, 3000, channels)
        return self.builder.tensor([channels], "int32", scale=0.001, data=data)

    def integers(self, values: object) -> int:
        """An int32 constant: axes, a shape, paddings."""
        array = np.asarray(values, np.int32)
        return self.builder.tensor(array.shape, "int32", data=array)


def random_values(dtype: str, size: int, rng: np.random.Generator) -> bytes:
    drawn: NDArray[np.generic] = rng.normal(size=size) if dtype == "float32" else rng.integers(-128, 128, size)
    return drawn.astype(dtype).tobytes()


def layers() -> bytes:
    """An int8 model with the ops of common networks, each at least once; its input has 72 bytes."""
    graph = OneOp("int8", 1)
    b = graph.builder
    x = graph.activation([1, 6, 6, 2])
    padded = graph.activation([1, 8, 7, 2], like=x)
    b.op("PAD", [x, graph.integers([[0, 0], [1, 1], [0, 1], [0, 0]])], [padded])
    scale, zero_point = graph.quantizations[x]
    value = b.tensor([], "int8", scale=scale, zero_point=zero_point, data=3)
    wider = graph.activation([1, 8, 8, 2], like=x)
    b.op("PADV2", [padded, graph.integers([[0, 0], [0, 0], [1, 0], [0, 0]]), value], [wider])
    conv = graph.activation([1, 8, 8, 4])
    b.op("CONV_2D", [wider, graph.filter([4, 3, 3, 2], 0, 4), graph.bias(4)], [conv], fused_activation_function="RELU")
    depthwise = graph.activation([1, 8, 8, 4])
    b.op("DEPTHWISE_CONV_2D", [conv, graph.filter([1, 3, 3, 4], 3, 1), graph.bias(4)], [depthwise])
    total = graph.activation([1, 8, 8, 4])
    b.op("ADD", [conv, depthwise], [total], fused_activation_function="RELU6")
    largest = graph.activation([1, 4, 4, 4], like=total)
    b.op("MAX_POOL_2D", [total], [largest], stride_h=2, stride_w=2, filter_height=2, filter_width=2)
    average = graph.activation([1, 3, 3, 4], like=total)
    b.op("AVERAGE_POOL_2D", [largest], [average], padding="VALID", filter_height=2, filter_width=2)
    mean = graph.activation([1, 3, 4])
    b.op("MEAN", [average, graph.integers([-3])], [mean])
    flat = graph.activation([1, 12], like=mean)
    b.op("RESHAPE", [mean, graph.integers([1, 12])], [flat], new_shape=[1, 12])
    scores = graph.activation([1, 5])
    b.op("FULLY_CONNECTED", [flat, graph.filter([5, 12], 0, 1), graph.bias(5)], [scores])
    softmax = b.tensor([1, 5], "int8", scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [scores], [softmax])
    real = b.tensor([1, 5], "float32")
    b.op("DEQUANTIZE", [softmax], [real])
    b.op("QUANTIZE", [real], [graph.activation([1, 5])])
    return b.build()


def int16_layers() -> bytes:
    """An int16 model with the ops of common networks; its input has 72 float32 values."""
    graph = OneOp("int16", 1)
    b = graph.builder
    x = graph.activation([1, 6, 6, 2])
    b.op("QUANTIZE", [b.tensor([1, 6, 6, 2], "float32")], [x])
    padded = graph.activation([1, 8, 8, 2], like=x)
    b.op("PAD", [x, graph.integers([[0, 0], [1, 1], [0, 2], [0, 0]])], [padded])
    total = graph.activation([1, 8, 8, 2])
    b.op("ADD", [padded, padded], [total], fused_activation_function="RELU6")
    largest = graph.activation([1, 4, 4, 2], like=total)
    b.op("MAX_POOL_2D", [total], [largest], stride_h=2, stride_w=2, filter_height=2, filter_width=2)
    average = graph.activation([1, 3, 3, 2], like=total)
    b.op("AVERAGE_POOL_2D", [largest], [average], padding="VALID", filter_height=2, filter_width=2)
    mean = graph.activation([1, 3, 2])
    b.op("MEAN", [average, graph.integers([1])], [mean])
    flat = graph.activation([1, 6], like=mean)
    b.op("RESHAPE", [mean, graph.integers([1, 6])], [flat], new_shape=[1, 6])
    softmax = b.tensor([1, 6], "int16", scale=1 / 32768)
    b.op("SOFTMAX", [flat], [softmax])
    b.op("QUANTIZE", [softmax], [b.tensor([1, 6], "int32", scale=0.5)])
    b.op("DEQUANTIZE", [softmax], [b.tensor([1, 6], "float32")])
    return b.build()


def elementwise_ops(dtype: str) -> bytes:
    """The ops that compute element by element, REDUCE_MAX and SVDF; the inputs have 24 and 4 elements."""
    graph = OneOp(dtype, 1)
    b = graph.builder
    x = graph.activation([2, 3, 4])
    row = graph.activation([4], like=x)

    def step(name: str, *inputs: int, shape: Shape = (2, 3, 4), like: int | None = x, **options: Any) -> int:
        output = graph.activation(shape, like=like)
        b.op(name, inputs, [output], **options)
        return output

    y = step("MUL", step("SUB", x, row, like=None), row, fused_activation_function="RELU6")
    y = step("MINIMUM", step("MAXIMUM", y, x), row)
    y = step("RELU6", step("RELU", y))
    y = step("LEAKY_RELU", y, options_type="LeakyReluOptions", alpha=0.2)
    curves = {"int8": [(1 / 256, -128), (1 / 128, 0)], "int16": [(2**-15, 0)] * 2}.get(dtype, [(None, 0)] * 2)
    for name, (scale, zero_point) in zip(("LOGISTIC", "TANH"), curves, strict=True):
        z = b.tensor([2, 3, 4], dtype, scale=scale, zero_point=zero_point)
        graph.quantizations[z] = (scale, zero_point)
        b.op(name, [y], [z])
        y = z
    if dtype != "int16":  # which these have no kernels for
        step("REDUCE_MAX", y, graph.integers([0, 2]), shape=[3], like=y, options_type="ReducerOptions")
        y = step("HARD_SWISH", y)
        svdf(graph, step("RESHAPE", y, graph.integers([2, 12]), shape=[2, 12], new_shape=[2, 12]))
    return b.build()


def svdf(graph: OneOp, x: int) -> None:
    """Two units of rank 2 over `x`, 2 batches of 12 elements, with a memory of 3."""
    b = graph.builder
    is_float = graph.dtype == "float32"
    state = b.tensor([2, 12], "float32" if is_float else "int16", scale=None if is_float else 0.01, is_variable=True)
    if is_float:
        weights = [b.tensor(shape, "float32", data=graph.rng.normal(size=shape)) for shape in ([4, 12], [4, 3], [2])]
    else:
        times = b.tensor([4, 3], "int16", scale=0.1, data=graph.rng.integers(-999, 999, [4, 3]))
        weights = [graph.filter([4, 12], 0, 1), times, graph.bias(2)]
    b.op("SVDF", [x, *weights, state], [graph.activation([2, 2])], rank=2)
