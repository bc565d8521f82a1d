"""PAD, PADV2 and RESHAPE, which move values and compute nothing, against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, FEW_EXAMPLES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

Padding = tuple[tuple[int, int], ...]  # elements before and after, per axis


@dataclass(frozen=True)
class Pad:
    """Pads with real zero, or with `fill`: a quantized value in int8, a real one in float32, or an input."""

    shape: tuple[int, ...]
    padding: Padding
    zero_point: int = 3
    fill: int | Literal["input"] | None = None

    def add(self, graph: Graph) -> None:
        values = graph.values(self.shape, 0.05, self.zero_point)
        inputs = [values, graph.indices(self.padding)]
        if self.fill == "input":
            inputs.append(graph.values([], 0.05, self.zero_point))
        elif self.fill is not None:
            inputs.append(graph.values([1], 0.05, self.zero_point, data=[self.fill]))
        padded = [before + size + after for size, (before, after) in zip(self.shape, self.padding, strict=True)]
        output = graph.values(padded, 0.05, self.zero_point, name=repr(self))
        graph.builder.op("PAD" if self.fill is None else "PADV2", inputs, [output])


@dataclass(frozen=True)
class Reshape:
    shape: tuple[int, ...]
    new_shape: tuple[int, ...]
    zero_point: int = 3

    def add(self, graph: Graph) -> None:
        values = graph.values(self.shape, 0.05, self.zero_point)
        # -1 in the model stands for what is left
        sizes = np.zeros(self.shape).reshape(self.new_shape).shape
        output = graph.values(sizes, 0.05, self.zero_point, name=repr(self))
        shape = graph.indices(self.new_shape)
        graph.builder.op("RESHAPE", [values, shape], [output], new_shape=list(self.new_shape))


PADS = [
    Pad((1, 3, 2, 4), tuple(zip(before, after, strict=True)), fill=fill)
    for before, after, fill in itertools.product(
        [(0, 0, 0, 0), (0, 1, 2, 0), (1, 0, 0, 3)], [(0, 0, 0, 0), (0, 2, 1, 0), (2, 0, 1, 1)], [None, -128, 7, "input"]
    )
] + [
    Pad((5,), ((2, 1),)),
    Pad((2, 3), ((0, 1), (2, 0))),
    Pad((2, 3, 4), ((1, 0), (0, 0), (0, 2)), zero_point=-128),
]
RESHAPES = [
    Reshape((1, 3, 4, 2), (1, 24)),
    Reshape((24,), (2, 3, 4)),
    Reshape((2, 12), (-1, 6)),
    Reshape((1, 24), (1, 2, 3, 4)),
    Reshape((1, 1), (1,)),
]

SIDES = st.tuples(st.integers(0, 3), st.integers(0, 3))
CASES = st.builds(
    Pad,
    shape=st.tuples(st.integers(1, 2), st.integers(1, 5), st.integers(1, 5), st.integers(1, 7)),
    padding=st.tuples(SIDES, SIDES, SIDES, SIDES),
    zero_point=ZERO_POINTS,
    fill=st.one_of(st.sampled_from([None, "input"]), st.integers(-128, 127)),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_side_and_rank(conform: Conform, dtype: str) -> None:
    conform(side_by_side([*PADS, *RESHAPES], dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_pads(conform: Conform, dtype: str, cases: list[Pad]) -> None:
    conform(side_by_side(cases, dtype))
