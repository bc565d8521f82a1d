"""ADD, SUB and MUL against the official interpreter."""

from __future__ import annotations

import itertools

import pytest
from conformance.broadcast import BROADCAST, EQUAL, Combination
from conformance.comparison import Conform
from conformance.graph import ACTIVATIONS, DTYPES_WITH_INT16, FEW_EXAMPLES, SCALES, ZERO_POINTS, side_by_side
from hypothesis import given
from hypothesis import strategies as st

NAMES = ["ADD", "SUB", "MUL"]
GRID = [
    Combination(name, shapes, activation)
    for name, shapes, activation in itertools.product(NAMES, [EQUAL, *BROADCAST], ACTIVATIONS)
] + [
    Combination(name, zero_points=zero_points)
    for name, zero_points in itertools.product(NAMES, itertools.product([-128, 0, 127], repeat=3))
]
# Equal ones, the second one larger, and ones that shift far.
GRID += [
    Combination(name, scales=scales)
    for name, scales in itertools.product(
        NAMES, [(0.05, 0.05, 0.08), (0.03, 0.05, 0.08), (1e-4, 2.0, 2.0), (2.0, 1e-4, 0.5), (1e-3, 1e-3, 2.0)]
    )
]

CASES = st.builds(
    Combination,
    name=st.sampled_from(NAMES),
    shapes=st.sampled_from([EQUAL, *BROADCAST]),
    activation=st.sampled_from(ACTIVATIONS),
    # The official interpreter aborts on sums whose output is finer: it shifts int16 inputs by 15 bits and no more.
    scales=st.tuples(SCALES, SCALES, SCALES).filter(lambda scales: max(scales) < 10_000 * scales[2]),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS, ZERO_POINTS),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_broadcast_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_combinations(conform: Conform, dtype: str, cases: list[Combination]) -> None:
    conform(side_by_side(cases, dtype))
