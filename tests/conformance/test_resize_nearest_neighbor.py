"""RESIZE_NEAREST_NEIGHBOR against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import FEW_EXAMPLES, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class Resize:
    """Sizes are height and width."""

    size: tuple[int, int]
    new_size: tuple[int, int]
    align_corners: bool = False
    half_pixel_centers: bool = False
    batches: int = 1
    channels: int = 3

    def add(self, graph: Graph) -> None:
        values = graph.values([self.batches, *self.size, self.channels])
        output = graph.values([self.batches, *self.new_size, self.channels], name=repr(self))
        graph.builder.op(
            "RESIZE_NEAREST_NEIGHBOR",
            [values, graph.indices(self.new_size)],
            [output],
            align_corners=self.align_corners,
            half_pixel_centers=self.half_pixel_centers,
        )


SIZES = [((4, 3), (8, 6)), ((5, 7), (3, 2)), ((1, 1), (3, 5)), ((6, 5), (1, 1)), ((3, 4), (3, 4)), ((7, 3), (10, 11))]
MODES = [(False, False), (True, False), (False, True), (True, True)]
GRID = [
    Resize(*sizes, *mode, batches, channels)
    for sizes, mode, (batches, channels) in itertools.product(SIZES, MODES, [(1, 1), (2, 4)])
]
SIDES = st.tuples(st.integers(1, 17), st.integers(1, 17))
CASES = st.builds(Resize, SIDES, SIDES, st.booleans(), st.booleans(), st.integers(1, 2), st.integers(1, 5))


@pytest.mark.parametrize("dtype", ["int8", "float32", "int16"])
def test_every_mode(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_sizes(conform: Conform, cases: list[Resize]) -> None:
    conform(side_by_side(cases, "int8"))
