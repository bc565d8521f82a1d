"""REDUCE_MAX, which compares integers as they are, against the official interpreter."""

from __future__ import annotations

import itertools

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES, side_by_side
from conformance.reduction import AXES, RANKS, Reduction

SHAPES = [((2, 3, 4, 5), axes) for axes in AXES] + RANKS
GRID = [
    Reduction("REDUCE_MAX", shape, axes, keep_dims, zero_points=(zero_point, zero_point))
    for (shape, axes), keep_dims, zero_point in itertools.product(SHAPES, [True, False], [-128, 0, 127])
]


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_set_of_axes(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))
