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
from numpy.typing import NDArray

from harness.model import Tensor, read_model

SHAPE = [2, 256]
ELEMENTS = 512
INT8 = np.arange(-128, 128, dtype=np.int8)
HALVES = np.concatenate([INT8 + 0.5, INT8 + 0.25]).astype(np.float32)  # times a scale: what rounding must decide

PAIRS = [
    ("float32", "int8"),
    ("float32", "int16"),
    ("int8", "float32"),
    ("int16", "float32"),
    *itertools.product(["int8", "int16"], ["int8", "int16", "int32"]),
    ("int32", "int8"),
    ("int32", "int16"),
]


@dataclass(frozen=True)
class Change:
    """From one type, scale and zero point to another; float32 has neither, and only int8 a zero point."""

    dtypes: tuple[str, str]
    scales: tuple[float, float] = (0.05, 0.02)
    zero_points: tuple[int, int] = (3, -5)

    def add(self, graph: Graph) -> None:
        values, output = (
            graph.builder.tensor(
                SHAPE,
                dtype,
                scale=None if dtype == "float32" else scale,
                zero_point=zero_point if dtype == "int8" else 0,
                name=name,
            )
            for dtype, scale, zero_point, name in zip(
                self.dtypes, self.scales, self.zero_points, [None, repr(self)], strict=True
            )
        )
        graph.builder.op("DEQUANTIZE" if self.dtypes[1] == "float32" else "QUANTIZE", [values], [output])


EDGES = [-128, 0, 127]
GRID = [
    Change(dtypes, scales, zero_points)
    for dtypes, scales, zero_points in itertools.product(
        PAIRS,
        [(0.05, 0.05), (0.05, 0.02), (0.02, 0.05), (2.0, 1e-3), (1e-3, 2.0)],
        zip(EDGES, EDGES[::-1], strict=True),
    )
]

CASES = st.builds(
    Change,
    dtypes=st.sampled_from(PAIRS),
    scales=st.tuples(SCALES, SCALES),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
)


def _values(tensor: Tensor, scale: float) -> NDArray[np.generic]:
    """Every int8; halves and quarters of steps of `scale` in float32; of wider integers the limits and some between."""
    if tensor.dtype == "float32":
        return (HALVES * scale).astype(np.float32)
    if tensor.dtype == "int8":
        return np.concatenate([INT8, INT8[::-1]])
    limits = np.iinfo(tensor.dtype)
    return np.linspace(limits.min, limits.max, ELEMENTS).round().astype(tensor.dtype)


def _vectors(model_bytes: bytes, scales: Sequence[float]) -> list[bytes]:
    inputs = read_model(model_bytes, "model").input_tensors
    return [b"".join(_values(tensor, scale).tobytes() for tensor in inputs) for scale in scales]


def test_every_pair_of_types_and_edge_zero_point(conform: Conform) -> None:
    model_bytes = side_by_side(GRID, "int8")
    conform(model_bytes, _vectors(model_bytes, [1e-3, 0.05, 2.0, 60.0]))


@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20), scale=SCALES)
def test_random_scales(conform: Conform, cases: list[Change], scale: float) -> None:
    model_bytes = side_by_side(cases, "int8")
    conform(model_bytes, _vectors(model_bytes, [scale]))
