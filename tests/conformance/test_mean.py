"""MEAN against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES, FEW_EXAMPLES, SCALES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class Mean:
    shape: tuple[int, ...] = (2, 3, 4, 5)
    axes: tuple[int, ...] = (1, 2)
    keep_dims: bool = False
    scales: tuple[float, float] = (0.05, 0.05)
    zero_points: tuple[int, int] = (-128, -128)

    def add(self, graph: Graph) -> None:
        values = graph.values(self.shape, self.scales[0], self.zero_points[0])
        mean = graph.values(self.mean_shape, self.scales[1], self.zero_points[1], name=repr(self))
        graph.builder.op("MEAN", [values, graph.indices(self.axes)], [mean], keep_dims=self.keep_dims)

    @property
    def mean_shape(self) -> list[int]:
        rank = len(self.shape)
        reduced = {axis % rank for axis in self.axes}
        sizes = [1 if axis in reduced else size for axis, size in enumerate(self.shape)]
        return sizes if self.keep_dims else [size for axis, size in enumerate(sizes) if axis not in reduced]


AXES = [axes for count in (1, 2, 3) for axes in itertools.combinations(range(4), count)] + [(-1,), (-2, -3), (2, 1)]
QUANTIZATIONS = [
    ((0.05, 0.05), (-128, -128)),
    ((0.05, 0.05), (3, 3)),
    ((0.05, 0.02), (-128, 127)),
    ((0.02, 0.05), (0, 5)),
]
GRID = [
    Mean(axes=axes, keep_dims=keep_dims, scales=scales, zero_points=zero_points)
    for axes, keep_dims, (scales, zero_points) in itertools.product(AXES, [True, False], QUANTIZATIONS)
] + [
    Mean(shape, axes, keep_dims)
    for (shape, axes), keep_dims in itertools.product(
        [((7,), (0,)), ((3, 5), (0,)), ((3, 5), (-1,)), ((2, 3, 4), (0, 2)), ((2, 3, 4), (1, 1))], [True, False]
    )
]

SIDES = st.integers(1, 9)
CASES = st.builds(
    Mean,
    shape=st.tuples(st.integers(1, 2), SIDES, SIDES, st.integers(1, 17)),
    axes=st.sampled_from(AXES),
    keep_dims=st.booleans(),
    scales=st.tuples(SCALES, SCALES),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_set_of_axes(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_means(conform: Conform, dtype: str, cases: list[Mean]) -> None:
    conform(side_by_side(cases, dtype))
