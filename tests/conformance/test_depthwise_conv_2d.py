"""DEPTHWISE_CONV_2D against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES_WITH_INT16, FEW_EXAMPLES, Graph, side_by_side
from conformance.weighted import ANY, EDGES, Weighted
from conformance.window import Window, grid_windows, windows
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class DepthwiseConv2d(Weighted):
    """Without a bias it has two inputs: the official interpreter crashes on one with tensor index -1 here."""

    window: Window
    channels: int = 3
    depth_multiplier: int = 1
    batch: int = 1

    def add(self, graph: Graph) -> None:
        window, channels = self.window, self.channels * self.depth_multiplier
        operands = self.operands(
            graph,
            window.input_shape(self.batch, self.channels),
            [1, window.kernel_h, window.kernel_w, channels],
            window.output_shape(self.batch, channels),
            axis=3,
        )
        graph.builder.op(
            "DEPTHWISE_CONV_2D",
            [operands.input, operands.weights, *operands.bias],
            [operands.output],
            depth_multiplier=self.depth_multiplier,
            fused_activation_function=self.activation,
            **window.options,
        )


GRID = [
    DepthwiseConv2d(window, depth_multiplier=depth_multiplier, per_channel=per_channel)
    for window, depth_multiplier, per_channel in itertools.product(grid_windows(), [1, 2], [True, False])
] + [DepthwiseConv2d(Window(4, 4, 3, 3), **edge) for edge in EDGES]

CASES = st.builds(
    DepthwiseConv2d,
    window=windows(),
    channels=st.integers(1, 17),
    depth_multiplier=st.integers(1, 4),
    batch=st.integers(1, 2),
    **ANY,
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_window_multiplier_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_convolutions(conform: Conform, dtype: str, cases: list[DepthwiseConv2d]) -> None:
    conform(side_by_side(cases, dtype))
