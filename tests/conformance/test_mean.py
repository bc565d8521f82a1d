"""MEAN against the official interpreter."""

from __future__ import annotations

import itertools

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, FEW_EXAMPLES, SCALES, ZERO_POINTS, side_by_side
from conformance.reduction import AXES, RANKS, Reduction
from hypothesis import given
from hypothesis import strategies as st

QUANTIZATIONS = [
    ((0.05, 0.05), (-128, -128)),
    ((0.05, 0.05), (3, 3)),
    ((0.05, 0.02), (-128, 127)),
    ((0.02, 0.05), (0, 5)),
]
GRID = [
    Reduction("MEAN", axes=axes, keep_dims=keep_dims, scales=scales, zero_points=zero_points)
    for axes, keep_dims, (scales, zero_points) in itertools.product(AXES, [True, False], QUANTIZATIONS)
] + [Reduction("MEAN", shape, axes, keep_dims) for (shape, axes), keep_dims in itertools.product(RANKS, [True, False])]

SIDES = st.integers(1, 9)
CASES = st.builds(
    Reduction,
    name=st.just("MEAN"),
    shape=st.tuples(st.integers(1, 2), SIDES, SIDES, st.integers(1, 17)),
    axes=st.sampled_from(AXES),
    keep_dims=st.booleans(),
    scales=st.tuples(SCALES, SCALES),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_set_of_axes(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_means(conform: Conform, dtype: str, cases: list[Reduction]) -> None:
    conform(side_by_side(cases, dtype))
