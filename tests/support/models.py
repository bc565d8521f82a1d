"""A whole small model for tests: seeded weights, no training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from support.tflite_builder import TfliteBuilder

SMALL_CNN_OPS = ["CONV_2D", "DEPTHWISE_CONV_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]
SMALL_CNN_MACS = (6 * 6 * 4) * (3 * 3 * 1) + (3 * 3 * 4) * (3 * 3) + 5 * 36

_CHANNEL_SCALES = np.array([0.01, 0.02, 0.005, 0.015])


def small_cnn(dtype: str) -> bytes:
    """A classifier of 8x8 images in 5 classes, in "float32" or "int8"; both have the same weights."""
    b = TfliteBuilder()
    random = np.random.default_rng(0)
    quantized = dtype == "int8"

    def values(name: str, shape: Sequence[int], scale: float, zero_point: int) -> int:
        return b.tensor(shape, dtype, scale=scale if quantized else None, zero_point=zero_point, name=name)

    def constant(shape: Sequence[int], dtype: str, scale: ArrayLike, axis: int = 0) -> int:
        """Random weights or bias; real values where the model is float32."""
        steps = random.integers(-127, 128, shape)
        if quantized:
            return b.tensor(shape, dtype, scale=np.atleast_1d(scale).tolist(), axis=axis, data=steps)
        scales = np.asarray(scale).reshape([-1 if index == axis else 1 for index in range(len(shape))])
        return b.tensor(shape, "float32", data=steps * scales)

    image = values("image", [1, 8, 8, 1], 1 / 255, -128)
    conv = values("conv", [1, 6, 6, 4], 0.02, -128)
    depthwise = values("depthwise", [1, 3, 3, 4], 0.1, 3)
    flat = values("flat", [1, 36], 0.1, 3)
    logits = values("logits", [1, 5], 0.2, -5)
    classes = values("classes", [1, 5], 1 / 256, -128)
    filters = constant([4, 3, 3, 1], "int8", _CHANNEL_SCALES)
    filter_bias = constant([4], "int32", _CHANNEL_SCALES / 255)
    depthwise_filters = constant([1, 3, 3, 4], "int8", _CHANNEL_SCALES, axis=3)
    depthwise_bias = constant([4], "int32", _CHANNEL_SCALES * 0.02)
    matrix = constant([5, 36], "int8", 0.01)
    bias = constant([5], "int32", 0.001)
    shape = b.tensor([2], "int32", data=[1, 36])

    b.op("CONV_2D", [image, filters, filter_bias], [conv], padding="VALID", fused_activation_function="RELU")
    b.op("DEPTHWISE_CONV_2D", [conv, depthwise_filters, depthwise_bias], [depthwise], stride_w=2, stride_h=2)
    b.op("RESHAPE", [depthwise, shape], [flat], new_shape=[1, 36])
    b.op("FULLY_CONNECTED", [flat, matrix, bias], [logits])
    b.op("SOFTMAX", [logits], [classes])
    return b.build()
