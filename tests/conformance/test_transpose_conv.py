"""TRANSPOSE_CONV against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import (
    ACTIVATIONS,
    DTYPES_WITH_INT16,
    FEW_EXAMPLES,
    ZERO_POINTS,
    Graph,
    channel_scales,
    output_scale,
    side_by_side,
)
from conformance.window import Window, grid_windows, windows
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True)
class TransposeConv:
    """`window` is that of the convolution whose transpose this is; `gain` is how far the outputs overflow."""

    window: Window
    input_channels: int = 3
    output_channels: int = 5
    batch: int = 1
    activation: str = "NONE"
    per_channel: bool = True
    has_bias: bool = True
    input_zero_point: int = -128
    output_zero_point: int = 3
    gain: float = 1.0

    def add(self, graph: Graph) -> None:
        window, input_scale = self.window, 0.05
        scales = channel_scales(self.output_channels, per_channel=self.per_channel)
        shape = [self.batch, window.height, window.width, self.output_channels]
        image = graph.values(
            [self.batch, window.output_height, window.output_width, self.input_channels],
            input_scale,
            self.input_zero_point,
        )
        filters = graph.filters([self.output_channels, window.kernel_h, window.kernel_w, self.input_channels], scales)
        bias = [graph.bias(self.output_channels, input_scale * scales, limit=20_000)] if self.has_bias else []
        terms = self.input_channels * window.kernel_h * window.kernel_w
        output = graph.values(
            shape, output_scale(input_scale * scales.mean(), terms, self.gain), self.output_zero_point, name=repr(self)
        )
        graph.builder.op(
            "TRANSPOSE_CONV",
            [graph.indices(shape), filters, image, *bias],
            [output],
            options_type="TransposeConvOptions",
            padding=window.padding,
            stride_h=window.stride_h,
            stride_w=window.stride_w,
            fused_activation_function=self.activation,
        )


GRID = [
    TransposeConv(window, channels, per_channel=per_channel)
    for window, channels, per_channel in itertools.product(grid_windows(dilations=(1,)), [1, 6], [True, False])
] + [
    TransposeConv(
        Window(4, 4, 3, 3, 2, 2),
        activation=activation,
        has_bias=has_bias,
        input_zero_point=input_zero_point,
        output_zero_point=output_zero_point,
    )
    for activation, has_bias, input_zero_point, output_zero_point in itertools.product(
        ACTIVATIONS, [True, False], [-128, 0, 127], [-128, 0, 127]
    )
]
CASES = st.builds(
    TransposeConv,
    window=windows(max_dilation=1),
    input_channels=st.integers(1, 9),
    output_channels=st.integers(1, 9),
    batch=st.integers(1, 2),
    activation=st.sampled_from(ACTIVATIONS),
    per_channel=st.booleans(),
    has_bias=st.booleans(),
    input_zero_point=ZERO_POINTS,
    output_zero_point=ZERO_POINTS,
    gain=st.floats(0.01, 300.0),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_window_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_transposes(conform: Conform, dtype: str, cases: list[TransposeConv]) -> None:
    conform(side_by_side(cases, dtype))
