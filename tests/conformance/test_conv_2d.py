"""CONV_2D against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, FEW_EXAMPLES, Graph, side_by_side
from conformance.weighted import ANY_BIAS, EDGES, Weighted
from conformance.window import Window, grid_windows, windows
from hypothesis import given
from hypothesis import strategies as st
from support.tflite_builder import NO_TENSOR


@dataclass(frozen=True)
class Conv2d(Weighted):
    """`channels` and `filters` are those of one group."""

    window: Window
    channels: int = 3
    filters: int = 4
    groups: int = 1
    batch: int = 1

    NO_BIAS = (NO_TENSOR,)

    def add(self, graph: Graph) -> None:
        window, filters = self.window, self.filters * self.groups
        operands = self.operands(
            graph,
            window.input_shape(self.batch, self.channels * self.groups),
            [filters, window.kernel_h, window.kernel_w, self.channels],
            window.output_shape(self.batch, filters),
        )
        graph.builder.op(
            "CONV_2D",
            [operands.input, operands.weights, *operands.bias],
            [operands.output],
            fused_activation_function=self.activation,
            **window.options,
        )


GRID = [
    Conv2d(window, activation=activation, per_channel=per_channel)
    for window, activation, per_channel in itertools.product(grid_windows(), ["NONE", "RELU6"], [True, False])
] + [Conv2d(Window(4, 4, 3, 3), **edge) for edge in EDGES]

CASES = st.builds(
    Conv2d,
    window=windows(),
    channels=st.integers(1, 17),
    filters=st.integers(1, 17),
    groups=st.integers(1, 3),
    batch=st.integers(1, 2),
    **ANY_BIAS,
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_window_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_convolutions(conform: Conform, dtype: str, cases: list[Conv2d]) -> None:
    conform(side_by_side(cases, dtype))
