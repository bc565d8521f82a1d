"""ADD and SUB against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import ACTIVATIONS, DTYPES, FEW_EXAMPLES, SCALES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

Shapes = tuple[tuple[int, ...], tuple[int, ...]]

EQUAL: Shapes = ((2, 3, 4), (2, 3, 4))
BROADCAST: list[Shapes] = [
    ((1, 3, 3, 4), (1, 1, 1, 1)),
    ((1, 3, 3, 4), (1, 1, 1, 4)),
    ((1, 1, 3, 4), (2, 3, 1, 4)),
    ((4,), (2, 3, 4)),
    ((2, 3), (1,)),
]


@dataclass(frozen=True)
class Sum:
    """`name` is ADD or SUB."""

    name: str
    shapes: Shapes = EQUAL
    activation: str = "NONE"
    scales: tuple[float, float, float] = (0.05, 0.03, 0.08)
    zero_points: tuple[int, int, int] = (-128, 5, 0)

    def add(self, graph: Graph) -> None:
        shapes = [*self.shapes, np.broadcast_shapes(*self.shapes)]
        names = [None, None, repr(self)]
        left, right, output = (
            graph.values(shape, scale, zero_point, name=name)
            for shape, scale, zero_point, name in zip(shapes, self.scales, self.zero_points, names, strict=True)
        )
        graph.builder.op(self.name, [left, right], [output], fused_activation_function=self.activation)


NAMES = ["ADD", "SUB"]
GRID = [
    Sum(name, shapes, activation)
    for name, shapes, activation in itertools.product(NAMES, [EQUAL, *BROADCAST], ACTIVATIONS)
] + [
    Sum(name, zero_points=tuple(zero_points)) for name, *zero_points in itertools.product(NAMES, *[[-128, 0, 127]] * 3)
]

CASES = st.builds(
    Sum,
    name=st.sampled_from(NAMES),
    shapes=st.sampled_from([EQUAL, *BROADCAST]),
    activation=st.sampled_from(ACTIVATIONS),
    scales=st.tuples(SCALES, SCALES, SCALES),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS, ZERO_POINTS),
)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_broadcast_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_sums(conform: Conform, dtype: str, cases: list[Sum]) -> None:
    conform(side_by_side(cases, dtype))
