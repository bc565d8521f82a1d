"""PAD, PADV2, and the ops about shapes alone, against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, FEW_EXAMPLES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

Padding = tuple[tuple[int, int], ...]  # elements before and after, per axis


@dataclass(frozen=True)
class Pad:
    """Pads with real zero, or with `fill`: a quantized value in int8, a real one in float32, or an input."""

    shape: tuple[int, ...]
    padding: Padding
    zero_point: int = 3
    fill: int | Literal["input"] | None = None

    def add(self, graph: Graph) -> None:
        values = graph.values(self.shape, 0.05, self.zero_point)
        inputs = [values, graph.indices(self.padding)]
        if self.fill == "input":
            inputs.append(graph.values([], 0.05, self.zero_point))
        elif self.fill is not None:
            inputs.append(graph.values([1], 0.05, self.zero_point, data=[self.fill]))
        padded = [before + size + after for size, (before, after) in zip(self.shape, self.padding, strict=True)]
        output = graph.values(padded, 0.05, self.zero_point, name=repr(self))
        graph.builder.op("PAD" if self.fill is None else "PADV2", inputs, [output])


@dataclass(frozen=True)
class Reshape:
    shape: tuple[int, ...]
    new_shape: tuple[int, ...]
    zero_point: int = 3

    def add(self, graph: Graph) -> None:
        values = graph.values(self.shape, 0.05, self.zero_point)
        # -1 in the model stands for what is left
        sizes = np.zeros(self.shape).reshape(self.new_shape).shape
        output = graph.values(sizes, 0.05, self.zero_point, name=repr(self))
        shape = graph.indices(self.new_shape)
        graph.builder.op("RESHAPE", [values, shape], [output], new_shape=list(self.new_shape))


@dataclass(frozen=True)
class OneSizes:
    """EXPAND_DIMS or, the other way round, SQUEEZE: `shape` with and without a dimension of size 1 at `axis`."""

    op: Literal["EXPAND_DIMS", "SQUEEZE"]
    shape: tuple[int, ...]
    axis: int

    def add(self, graph: Graph) -> None:
        short, long = self.shape, tuple(np.expand_dims(np.empty(self.shape), self.axis).shape)
        if self.op == "EXPAND_DIMS":
            axis = graph.builder.tensor([], "int32", data=self.axis)
            graph.builder.op("EXPAND_DIMS", [graph.values(short), axis], [graph.values(long, name=repr(self))])
        else:
            squeezed = graph.values(short, name=repr(self))
            graph.builder.op("SQUEEZE", [graph.values(long)], [squeezed], squeeze_dims=[self.axis])


@dataclass(frozen=True)
class ShapeOf:
    shape: tuple[int, ...]

    def add(self, graph: Graph) -> None:
        output = graph.builder.tensor([len(self.shape)], "int32", name=repr(self))
        graph.builder.op("SHAPE", [graph.values(self.shape)], [output])


PADS = [
    Pad((1, 3, 2, 4), tuple(zip(before, after, strict=True)), fill=fill)
    for before, after, fill in itertools.product(
        [(0, 0, 0, 0), (0, 1, 2, 0), (1, 0, 0, 3)], [(0, 0, 0, 0), (0, 2, 1, 0), (2, 0, 1, 1)], [None, -128, 7, "input"]
    )
] + [
    Pad((5,), ((2, 1),)),
    Pad((2, 3), ((0, 1), (2, 0))),
    Pad((2, 3, 4), ((1, 0), (0, 0), (0, 2)), zero_point=-128),
]
RESHAPES = [
    Reshape((1, 3, 4, 2), (1, 24)),
    Reshape((24,), (2, 3, 4)),
    Reshape((2, 12), (-1, 6)),
    Reshape((1, 24), (1, 2, 3, 4)),
    Reshape((1, 1), (1,)),
]
ONE_SIZES = [
    OneSizes(op, shape, axis)
    for op in ("EXPAND_DIMS", "SQUEEZE")
    for shape, axis in [((2, 3), 0), ((2, 3), 1), ((2, 3), -1), ((1, 4, 1, 2), 2), ((5,), -2)]
]
SHAPES_OF = [ShapeOf((3,)), ShapeOf((1, 5, 2, 7)), ShapeOf((2, 1, 3))]

SIDES = st.tuples(st.integers(0, 3), st.integers(0, 3))
CASES = st.builds(
    Pad,
    shape=st.tuples(st.integers(1, 2), st.integers(1, 5), st.integers(1, 5), st.integers(1, 7)),
    padding=st.tuples(SIDES, SIDES, SIDES, SIDES),
    zero_point=ZERO_POINTS,
    fill=st.one_of(st.sampled_from([None, "input"]), st.integers(-128, 127)),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_side_and_rank(conform: Conform, dtype: str) -> None:
    conform(side_by_side([*PADS, *RESHAPES, *ONE_SIZES, *SHAPES_OF], dtype))


def test_shape_ops_of_int16(conform: Conform) -> None:
    conform(side_by_side([*ONE_SIZES, *SHAPES_OF], "int16"))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_pads(conform: Conform, dtype: str, cases: list[Pad]) -> None:
    conform(side_by_side(cases, dtype))
