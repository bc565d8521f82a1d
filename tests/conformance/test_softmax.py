"""SOFTMAX against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES, FEW_EXAMPLES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class Softmax:
    """The int8 output has scale 1/256 and zero point -128: the converter always writes it so."""

    shape: tuple[int, ...] = (1, 10)
    scale: float = 0.1
    zero_point: int = 0
    beta: float = 1.0

    def add(self, graph: Graph) -> None:
        logits = graph.values(self.shape, self.scale, self.zero_point)
        output = graph.values(self.shape, 1 / 256, -128, name=repr(self))
        graph.builder.op("SOFTMAX", [logits], [output], beta=self.beta)


GRID = [
    Softmax(shape, scale, zero_point, beta)
    for shape, scale, zero_point, beta in itertools.product(
        [(1, 1), (1, 10), (4, 3), (2, 2, 5), (1, 2, 3, 4), (1, 300)], [0.002, 0.03, 0.4, 3.0], [-128, 127], [1.0, 0.3]
    )
]

CASES = st.builds(
    Softmax,
    shape=st.tuples(st.integers(1, 4), st.integers(1, 64)),
    scale=st.floats(1e-4, 10.0),
    zero_point=ZERO_POINTS,
    beta=st.floats(0.1, 4.0),
)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_rank_and_steepness(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_softmaxes(conform: Conform, dtype: str, cases: list[Softmax]) -> None:
    conform(side_by_side(cases, dtype))
