"""Activations that are ops of their own against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES, FEW_EXAMPLES, SCALES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

SHAPE = (1, 256)  # room for every int8 value


@dataclass(frozen=True)
class Activation:
    """`alpha` is the slope of LEAKY_RELU below 0."""

    name: str
    scales: tuple[float, float] = (0.05, 0.04)
    zero_points: tuple[int, int] = (3, -7)
    alpha: float = 0.3

    def add(self, graph: Graph) -> None:
        values = graph.values(SHAPE, self.scales[0], self.zero_points[0])
        result = 0 if self.name == "RELU6" else 1  # TensorFlow Lite Micro's RELU6 does not scale
        output = graph.values(SHAPE, self.scales[result], self.zero_points[result], name=repr(self))
        options = {"alpha": self.alpha, "options_type": "LeakyReluOptions"} if self.name == "LEAKY_RELU" else {}
        graph.builder.op(self.name, [values], [output], **options)


RESCALING = ["RELU", "RELU6", "LEAKY_RELU"]
EDGES = list(itertools.product([-128, 0, 127], repeat=2))
ROUND_SCALES = list(itertools.permutations([0.05, 0.04, 0.025, 0.1], 2))  # ratios that lead to halves
GRID = (
    [Activation(name, zero_points=zero_points) for name, zero_points in itertools.product(RESCALING, EDGES)]
    + [Activation(name, scales) for name, scales in itertools.product(RESCALING, ROUND_SCALES)]
    + [Activation("LEAKY_RELU", alpha=alpha) for alpha in (0.0, 0.01, 1.0, 1.5, -0.5)]
)
CASES = st.builds(
    Activation,
    name=st.sampled_from(RESCALING),
    scales=st.tuples(SCALES, SCALES),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
    alpha=st.floats(-2.0, 2.0),
)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_scales(conform: Conform, dtype: str, cases: list[Activation]) -> None:
    conform(side_by_side(cases, dtype))
