"""TRANSPOSE_CONV against the official interpreter."""

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
class TransposeConv(Weighted):
    """`window` is that of the convolution whose transpose this is: its output is this op's input."""

    window: Window
    input_channels: int = 3
    output_channels: int = 5
    batch: int = 1

    def add(self, graph: Graph) -> None:
        window = self.window
        shape = window.input_shape(self.batch, self.output_channels)
        operands = self.operands(
            graph,
            window.output_shape(self.batch, self.input_channels),
            [self.output_channels, window.kernel_h, window.kernel_w, self.input_channels],
            shape,
        )
        graph.builder.op(
            "TRANSPOSE_CONV",
            [graph.indices(shape), operands.weights, operands.input, *operands.bias],
            [operands.output],
            options_type="TransposeConvOptions",
            fused_activation_function=self.activation,
            **window.step_options,
        )


GRID = [
    TransposeConv(window, channels, per_channel=per_channel)
    for window, channels, per_channel in itertools.product(grid_windows(dilations=(1,)), [1, 6], [True, False])
] + [TransposeConv(Window(4, 4, 3, 3, 2, 2), **edge) for edge in EDGES]

CASES = st.builds(
    TransposeConv,
    window=windows(max_dilation=1),
    input_channels=st.integers(1, 9),
    output_channels=st.integers(1, 9),
    batch=st.integers(1, 2),
    **ANY,
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_window_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_transposes(conform: Conform, dtype: str, cases: list[TransposeConv]) -> None:
    conform(side_by_side(cases, dtype))
