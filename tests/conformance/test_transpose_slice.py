"""TRANSPOSE and STRIDED_SLICE against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import FEW_EXAMPLES, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

DTYPES = ["int8", "float32", "int16"]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Transpose:
    shape: Shape
    axes: Shape

    def add(self, graph: Graph) -> None:
        output = graph.values([self.shape[axis] for axis in self.axes], name=repr(self))
        graph.builder.op("TRANSPOSE", [graph.values(self.shape), graph.indices(self.axes)], [output])


@dataclass(frozen=True)
class Slice:
    """One element is kept, and the dimension dropped, where `stride` is None."""

    begin: int | None
    end: int | None
    stride: int | None = 1

    @property
    def index(self) -> slice | int:
        return slice(self.begin, self.end, self.stride) if self.stride else self.begin or 0


@dataclass(frozen=True)
class StridedSlice:
    shape: Shape
    slices: tuple[Slice, ...]

    def add(self, graph: Graph) -> None:
        inputs = [
            graph.values(self.shape),
            graph.indices([part.begin or 0 for part in self.slices]),
            graph.indices([part.end or 0 for part in self.slices]),
            graph.indices([part.stride or 1 for part in self.slices]),
        ]
        graph.builder.op(
            "STRIDED_SLICE",
            inputs,
            [graph.values(self.output_shape, name=repr(self))],
            begin_mask=_mask(part.begin is None for part in self.slices),
            end_mask=_mask(part.end is None for part in self.slices),
            shrink_axis_mask=_mask(part.stride is None for part in self.slices),
        )

    @property
    def output_shape(self) -> Shape:
        return np.empty(self.shape)[tuple(part.index for part in self.slices)].shape


def _mask(bits) -> int:
    return sum(bit << position for position, bit in enumerate(bits))


TRANSPOSES = [
    *(Transpose((2, 3, 4, 5), axes) for axes in itertools.permutations(range(4))),
    *(Transpose((3, 1, 4), axes) for axes in itertools.permutations(range(3))),
    Transpose((4, 3), (1, 0)),
    Transpose((7,), (0,)),
    Transpose((2, 3, 2, 3, 2), (4, 2, 0, 3, 1)),
]
WHOLE = Slice(None, None)
ALONG_ONE_AXIS = [
    WHOLE,
    Slice(0, 7),
    Slice(2, 5),
    Slice(-5, -1),
    Slice(-100, 100),
    Slice(1, None, 2),
    Slice(None, 6, 3),
    Slice(None, None, 100),
    Slice(None, None, -1),
    Slice(5, 1, -2),
    Slice(-2, None, -3),
    Slice(100, -100, -1),
    Slice(3, 0, None),
    Slice(-1, 0, None),
]
SLICES = [
    *(StridedSlice((7,), (part,)) for part in ALONG_ONE_AXIS if part.stride),
    *(StridedSlice((2, 7, 3), (WHOLE, part, WHOLE)) for part in ALONG_ONE_AXIS),
    *(StridedSlice((7, 7), pair) for pair in itertools.product(ALONG_ONE_AXIS, repeat=2) if pair[0].stride),
    StridedSlice((2, 3, 4, 5), (WHOLE, Slice(1, 3), Slice(None, None, 2), WHOLE)),
    StridedSlice((2, 3, 4, 5), (Slice(1, 0, None), Slice(0, 3, 2), Slice(None, None, -1), Slice(1, 4))),
]

SHAPES = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)
TRANSPOSED = SHAPES.flatmap(
    lambda shape: st.builds(Transpose, st.just(shape), st.permutations(range(len(shape))).map(tuple))
)
BOUNDS = st.one_of(st.none(), st.integers(-8, 8))
PARTS = st.builds(Slice, BOUNDS, BOUNDS, st.integers(-3, 3).filter(bool))
SLICED = SHAPES.flatmap(
    lambda shape: st.builds(StridedSlice, st.just(shape), st.tuples(*[PARTS] * len(shape))).filter(
        lambda case: all(case.output_shape)
    )
)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_order_and_slice(conform: Conform, dtype: str) -> None:
    conform(side_by_side([*TRANSPOSES, *SLICES], dtype))


def test_slices_of_int32(conform: Conform) -> None:
    conform(side_by_side(SLICES, "int32"))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(st.one_of(TRANSPOSED, SLICED), min_size=1, max_size=20))
def test_random_orders_and_slices(conform: Conform, dtype: str, cases: list[Transpose | StridedSlice]) -> None:
    conform(side_by_side(cases, dtype))
