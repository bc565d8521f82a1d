"""Many small ops side by side in one model: starting the official interpreter costs more than running it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from support.tflite_builder import TfliteBuilder

DTYPES = ["int8", "float32"]
DTYPES_WITH_INT16 = [*DTYPES, "int16"]
ACTIVATIONS = ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"]
PADDINGS = ["SAME", "VALID"]

ZERO_POINTS = st.one_of(st.sampled_from([-128, 0, 127]), st.integers(-128, 127))
SCALES = st.floats(1e-4, 2.0)

# A failure names its op; to shrink it would start the interpreter hundreds of times.
FEW_EXAMPLES = settings(max_examples=10, phases=[Phase.generate])


class Case(Protocol):
    """One op with everything that is special about it; its repr is the name of its output tensor."""

    def add(self, graph: Graph) -> None: ...


class Graph:
    """A model of independent ops, each with inputs and outputs of its own, in one type: "float32", "int8", …"""

    def __init__(self, dtype: str) -> None:
        self.builder = TfliteBuilder()
        self.dtype = dtype
        self._random = np.random.default_rng(0)

    @property
    def is_quantized(self) -> bool:
        return self.dtype in ("int8", "int16")

    def values(
        self,
        shape: Sequence[int],
        scale: float = 0.05,
        zero_point: int = 0,
        *,
        data: ArrayLike | None = None,
        name: str | None = None,
    ) -> int:
        """A tensor of the graph's type; the scale counts in int8 and int16 only, the zero point in int8 only."""
        return self.builder.tensor(
            shape,
            self.dtype,
            scale=scale if self.is_quantized else None,
            zero_point=zero_point if self.dtype == "int8" else 0,
            data=data,
            name=name,
        )

    def filters(self, shape: Sequence[int], scales: ArrayLike, axis: int = 0) -> int:
        """Random weights: quantized ones are int8 with one scale for all, or with one per channel along `axis`."""
        if not self.is_quantized:
            return self.builder.tensor(shape, "float32", data=self._random.normal(size=shape))
        steps = self._random.integers(-127, 128, shape)
        return self.builder.tensor(shape, "int8", scale=np.atleast_1d(scales).tolist(), axis=axis, data=steps)

    def bias(self, channels: int, scales: ArrayLike, limit: int, int16_bias: str = "int64") -> int:
        """Random biases, quantized as steps from -limit to limit, `scales` being input's times filters'.

        `int16_bias` is their type beside int16 values.
        """
        if not self.is_quantized:
            return self.builder.tensor([channels], "float32", data=self._random.normal(size=channels))
        steps = self._random.integers(-limit, limit, channels, endpoint=True)
        dtype = int16_bias if self.dtype == "int16" else "int32"
        return self.builder.tensor([channels], dtype, scale=np.atleast_1d(scales).tolist(), data=steps)

    def indices(self, values: ArrayLike) -> int:
        """An int32 constant: axes, paddings, a shape."""
        array = np.asarray(values, dtype=np.int32)
        return self.builder.tensor(array.shape, "int32", data=array)


def side_by_side(cases: Iterable[Case], dtype: str) -> bytes:
    """The `.tflite` file of all cases."""
    graph = Graph(dtype)
    for case in cases:
        case.add(graph)
    return graph.builder.build()


def channel_scales(channels: int, *, per_channel: bool) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Scales of weights: one, or one per channel over three octaves."""
    return np.geomspace(0.004, 0.03, channels) if per_channel else np.array([0.01])


def accumulator_spread(terms: int) -> float:
    """The standard deviation of a sum of products of `terms` pairs of uniformly distributed int8 values."""
    return float(np.sqrt(terms) * (256**2 / 12))


def output_scale(product_scale: float, terms: int, gain: float) -> float:
    """An output scale for which a sum of products fills half of the int8 range at gain 1, and saturates above."""
    return product_scale * accumulator_spread(terms) / (64 * gain)
