"""CONCATENATION, PACK and SPLIT against the official interpreter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import FEW_EXAMPLES, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

DTYPES = ["int8", "float32", "int16", "int32"]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Concatenation:
    """`shape` is that of an input; its size along `axis` does not count, each input has its own."""

    shape: Shape
    axis: int
    sizes: Shape

    def add(self, graph: Graph) -> None:
        inputs = [graph.values(_with_size(self.shape, self.axis, size)) for size in self.sizes]
        output = graph.values(_with_size(self.shape, self.axis, sum(self.sizes)), name=repr(self))
        graph.builder.op("CONCATENATION", inputs, [output], axis=self.axis)


@dataclass(frozen=True)
class ConcatenationWithConstant:
    """A constant between two inputs, of int32 in each model."""

    def add(self, graph: Graph) -> None:
        outer = [graph.builder.tensor([2, 2], "int32") for _ in range(2)]
        inputs = [outer[0], graph.indices([[1, 2, 3], [4, 5, 6]]), outer[1]]
        graph.builder.op("CONCATENATION", inputs, [graph.builder.tensor([2, 7], "int32", name=repr(self))], axis=-1)


@dataclass(frozen=True)
class Pack:
    shape: Shape
    axis: int
    count: int

    def add(self, graph: Graph) -> None:
        inputs = [graph.values(self.shape) for _ in range(self.count)]
        packed = np.stack([np.empty(self.shape)] * self.count, self.axis).shape
        output = graph.values(packed, name=repr(self))
        graph.builder.op("PACK", inputs, [output], values_count=self.count, axis=self.axis)


@dataclass(frozen=True)
class Split:
    """Into `count` outputs of `shape`."""

    shape: Shape
    axis: int
    count: int

    def add(self, graph: Graph) -> None:
        values = graph.values(_with_size(self.shape, self.axis, self.count * self.shape[self.axis]))
        outputs = [graph.values(self.shape, name=f"{self} {number}") for number in range(self.count)]
        axis = graph.builder.tensor([], "int32", data=self.axis)
        graph.builder.op("SPLIT", [axis, values], outputs, num_splits=self.count)


def _with_size(shape: Shape, axis: int, size: int) -> Shape:
    sizes = list(shape)
    sizes[axis] = size
    return tuple(sizes)


GRID = [
    *(Concatenation((2, 3, 4, 5), axis, sizes) for axis in range(-4, 4) for sizes in [(1, 2), (3, 3, 1), (4,)]),
    Concatenation((1,), 0, (1,) * 10),
    Concatenation((3, 2), 0, (5, 1)),
    ConcatenationWithConstant(),
    *(Pack((3, 4), axis, count) for axis in range(-3, 3) for count in (1, 2, 7)),
    Pack((), 0, 4),
    Pack((5,), 1, 2),
    *(Split((2, 3, 4), axis, count) for axis in range(-3, 3) for count in (1, 2, 3)),
    Split((1,), 0, 8),
]

SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
COUNTS = st.integers(1, 6)


@st.composite
def cases(draw: st.DrawFn) -> Concatenation | Pack | Split:
    shape = draw(SHAPES)
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    kind = draw(st.sampled_from([Concatenation, Pack, Split]))
    if kind is Concatenation:
        return Concatenation(shape, axis, tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=10))))
    return kind(shape, axis, draw(COUNTS))


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_axis(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(cases(), min_size=1, max_size=20))
def test_random_joins(conform: Conform, dtype: str, cases: list[Concatenation | Pack | Split]) -> None:
    conform(side_by_side(cases, dtype))
