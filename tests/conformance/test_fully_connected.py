"""FULLY_CONNECTED against the official interpreter."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, FEW_EXAMPLES, Graph, side_by_side
from conformance.weighted import ANY_BIAS, EDGES, Weighted
from hypothesis import given
from hypothesis import strategies as st
from support.tflite_builder import NO_TENSOR


@dataclass(frozen=True)
class FullyConnected(Weighted):
    depth: int = 9
    units: int = 4
    leading: tuple[int, ...] = (1,)

    NO_BIAS = (NO_TENSOR,)

    def add(self, graph: Graph) -> None:
        operands = self.operands(
            graph, [*self.leading, self.depth], [self.units, self.depth], [*self.leading, self.units]
        )
        graph.builder.op(
            "FULLY_CONNECTED",
            [operands.input, operands.weights, *operands.bias],
            [operands.output],
            fused_activation_function=self.activation,
            keep_num_dims=len(self.leading) > 1,
        )


GRID = [FullyConnected(per_channel=per_channel, **edge) for per_channel in (True, False) for edge in EDGES]

CASES = st.builds(
    FullyConnected,
    depth=st.integers(1, 300),
    units=st.integers(1, 33),
    leading=st.sampled_from([(1,), (3,), (2, 2)]),
    **ANY_BIAS,
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_activation_scaling_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_layers(conform: Conform, dtype: str, cases: list[FullyConnected]) -> None:
    conform(side_by_side(cases, dtype))
