"""Models of one op each, with weights and quantization drawn at random."""

from __future__ import annotations

from collections.abc import Sequence

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


def every_op() -> bytes:
    """An int8 model with each op of the engine at least once; its input has 72 bytes."""
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


def every_int16_op() -> bytes:
    """An int16 model with each op that has int16 kernels; its input has 72 float32 values."""
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
