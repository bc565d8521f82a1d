"""What a case of the catalogue computes, called with TensorFlow and the inputs; weights are always the same."""

from __future__ import annotations

import operator
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Computation = Callable[..., Any]  # (tf, *inputs) to an output or a list of outputs


def _random(owner: object, shape: Sequence[int]) -> NDArray[np.float32]:
    """Three octaves along the last axis, so that scales per channel differ."""
    values = np.random.default_rng(zlib.crc32(repr((owner, shape)).encode())).normal(size=shape)
    return (values * np.geomspace(0.1, 0.8, shape[-1])).astype(np.float32)


def _activate(tf: Any, activation: str, values: Any) -> Any:
    match activation:
        case "relu":
            return tf.nn.relu(values)
        case "relu6":
            return tf.nn.relu6(values)
        case "relu_n1_to_1":
            return tf.maximum(-1.0, tf.minimum(values, 1.0))
        case _:
            return values


@dataclass(frozen=True)
class Call:
    """A function of TensorFlow by its name, e.g. "nn.softmax", with arguments beside the inputs."""

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    activation: str = "none"

    def __call__(self, tf: Any, *inputs: Any) -> Any:
        return _activate(tf, self.activation, operator.attrgetter(self.function)(tf)(*inputs, **self.arguments))


@dataclass(frozen=True)
class Join:
    """A function that takes the inputs as a list."""

    function: str
    axis: int

    def __call__(self, tf: Any, *inputs: Any) -> Any:
        return getattr(tf, self.function)(inputs, self.axis)


@dataclass(frozen=True)
class Slice:
    index: Any

    def __call__(self, tf: Any, values: Any) -> Any:
        return values[self.index]


@dataclass(frozen=True)
class HardSwish:
    """Written out; the converter knows it again."""

    def __call__(self, tf: Any, values: Any) -> Any:
        return values * tf.nn.relu6(values + 3.0) / 6.0


@dataclass(frozen=True)
class Convolution:
    kernel: tuple[int, int]
    strides: int | tuple[int, int]
    dilation: int
    channels: int
    padding: str
    activation: str

    def __call__(self, tf: Any, image: Any) -> Any:
        weights = _random(self, (*self.kernel, image.shape[-1], self.channels))
        convolved = tf.nn.conv2d(image, weights, self.strides, self.padding, dilations=self.dilation)
        return _activate(tf, self.activation, convolved + _random(self, (self.channels,)))


@dataclass(frozen=True)
class DepthwiseConvolution:
    kernel: tuple[int, int]
    stride: int
    dilation: int
    multiplier: int
    padding: str
    activation: str

    def __call__(self, tf: Any, image: Any) -> Any:
        channels = image.shape[-1] * self.multiplier
        convolved = tf.raw_ops.DepthwiseConv2dNative(
            input=image,
            filter=_random(self, (*self.kernel, image.shape[-1], self.multiplier)),
            strides=[1, self.stride, self.stride, 1],
            padding=self.padding,
            dilations=[1, self.dilation, self.dilation, 1],
        )
        return _activate(tf, self.activation, convolved + _random(self, (channels,)))


@dataclass(frozen=True)
class TransposeConvolution:
    kernel: tuple[int, int]
    stride: int
    channels: int
    padding: str

    def __call__(self, tf: Any, image: Any) -> Any:
        _, height, width, deep = image.shape
        weights = _random(self, (*self.kernel, self.channels, deep))
        sizes = [self._output_size(*side) for side in zip((height, width), self.kernel, strict=True)]
        return tf.nn.conv2d_transpose(image, weights, (1, *sizes, self.channels), self.stride, self.padding)

    def _output_size(self, size: int, kernel: int) -> int:
        """TensorFlow's rule, read backwards."""
        return size * self.stride if self.padding == "SAME" else (size - 1) * self.stride + max(kernel, self.stride)


@dataclass(frozen=True)
class Dense:
    units: int
    activation: str

    def __call__(self, tf: Any, values: Any) -> Any:
        product = tf.matmul(values, _random(self, (values.shape[-1], self.units)))
        return _activate(tf, self.activation, product + _random(self, (self.units,)))
