"""QUANTIZE and DEQUANTIZE, which change the type, against the official interpreter."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from conformance.comparison import Conform
from conformance.graph import FEW_EXAMPLES, SCALES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

from harness.model import read_model

SHAPE = [2, 256]
INT8 = np.arange(-128, 128, dtype=np.int8)
HALVES = np.concatenate([INT8 + 0.5, INT8 + 0.25]).astype(np.float32)  # times a scale: what rounding must decide


@dataclass(frozen=True)
class Quantize:
    scale: float = 0.05
    zero_point: int = 3

    def add(self, graph: Graph) -> None:
        values = graph.builder.tensor(SHAPE, "float32")
        output = graph.builder.tensor(SHAPE, "int8", scale=self.scale, zero_point=self.zero_point, name=repr(self))
        graph.builder.op("QUANTIZE", [values], [output])


@dataclass(frozen=True)
class Dequantize:
    scale: float = 0.05
    zero_point: int = 3

    def add(self, graph: Graph) -> None:
        values = graph.builder.tensor(SHAPE, "int8", scale=self.scale, zero_point=self.zero_point)
        output = graph.builder.tensor(SHAPE, "float32", name=repr(self))
        graph.builder.op("DEQUANTIZE", [values], [output])


@dataclass(frozen=True)
class Requantize:
    scales: tuple[float, float] = (0.05, 0.02)
    zero_points: tuple[int, int] = (3, -5)

    def add(self, graph: Graph) -> None:
        values = graph.values(SHAPE, self.scales[0], self.zero_points[0])
        output = graph.values(SHAPE, self.scales[1], self.zero_points[1], name=repr(self))
        graph.builder.op("QUANTIZE", [values], [output])


Case = Quantize | Dequantize | Requantize

EDGES = [-128, 0, 127]
GRID: list[Case] = [
    *(Quantize(scale, zero_point) for scale, zero_point in itertools.product([1e-3, 0.5, 2.0], EDGES)),
    *(Dequantize(scale, zero_point) for scale, zero_point in itertools.product([1e-3, 0.5, 2.0], EDGES)),
    *(
        Requantize(scales, zero_points)
        for scales, zero_points in itertools.product(
            [(0.05, 0.05), (0.05, 0.02), (0.02, 0.05)], itertools.product(EDGES, EDGES)
        )
    ),
]

CASES = st.one_of(
    st.builds(Quantize, scale=SCALES, zero_point=ZERO_POINTS),
    st.builds(Dequantize, scale=SCALES, zero_point=ZERO_POINTS),
    st.builds(Requantize, scales=st.tuples(SCALES, SCALES), zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS)),
)


def _vectors(model_bytes: bytes, scales: Sequence[float]) -> list[bytes]:
    """Every int8 value for int8 inputs; for float32 inputs halves and quarters of steps of each scale."""
    model = read_model(model_bytes, "model")
    int8 = np.concatenate([INT8, INT8[::-1]]).tobytes()
    return [
        b"".join(
            int8 if tensor.dtype == "int8" else (HALVES * scale).astype(np.float32).tobytes()
            for tensor in model.input_tensors
        )
        for scale in scales
    ]


def test_every_value_and_edge_zero_point(conform: Conform) -> None:
    model_bytes = side_by_side(GRID, "int8")
    conform(model_bytes, _vectors(model_bytes, [1e-3, 0.5, 2.0]))


@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20), scale=SCALES)
def test_random_scales(conform: Conform, cases: list[Case], scale: float) -> None:
    model_bytes = side_by_side(cases, "int8")
    conform(model_bytes, _vectors(model_bytes, [scale]))
