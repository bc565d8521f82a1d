"""SOFTMAX against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, FEW_EXAMPLES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class Softmax:
    """A quantized output has the scale and zero point that the converter always gives it."""

    shape: tuple[int, ...] = (1, 10)
    scale: float = 0.1
    zero_point: int = 0
    beta: float = 1.0

    def add(self, graph: Graph) -> None:
        logits = graph.values(self.shape, self.scale, self.zero_point)
        output_scale = 1 / 32768 if graph.dtype == "int16" else 1 / 256
        output = graph.values(self.shape, output_scale, -128, name=repr(self))
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


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_rank_and_steepness(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


def test_int16_on_every_piece_of_its_tables(conform: Conform) -> None:
    """Rows whose maximum and whose number of equal values differ: all differences, and sums over an octave and more."""
    differences = np.arange(0, 2**16, 61, dtype=np.int32)
    pairs = np.stack([np.full_like(differences, 2**15 - 1), 2**15 - 1 - differences], axis=1).astype(np.int16)
    octave = np.where(np.arange(64) <= np.arange(64)[:, np.newaxis], 0, -8000).astype(np.int16)
    graph = Graph("int16")
    for rows in (pairs, octave):
        Softmax(rows.shape, 10 / 65535).add(graph)
    conform(graph.builder.build(), [pairs.tobytes() + octave.tobytes()])


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_softmaxes(conform: Conform, dtype: str, cases: list[Softmax]) -> None:
    conform(side_by_side(cases, dtype))
