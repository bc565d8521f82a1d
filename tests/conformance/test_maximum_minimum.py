"""MAXIMUM and MINIMUM, which compare integers as they are, against the official interpreter."""

from __future__ import annotations

import itertools

import pytest
from conformance.broadcast import BROADCAST, EQUAL, Combination
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, side_by_side

GRID = [
    Combination(name, shapes, scales=(0.05,) * 3, zero_points=(zero_point,) * 3)
    for name, shapes, zero_point in itertools.product(["MAXIMUM", "MINIMUM"], [EQUAL, *BROADCAST], [-128, 0, 127])
]


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_broadcast(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))
