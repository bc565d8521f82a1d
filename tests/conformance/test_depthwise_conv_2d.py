"""DEPTHWISE_CONV_2D against the official interpreter."""

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
class DepthwiseConv2d:
    """`gain` is how far the outputs overflow their range; at 1 they fill about half of it."""

    window: Window
    channels: int = 3
    depth_multiplier: int = 1
    batch: int = 1
    activation: str = "NONE"
    per_channel: bool = True
    has_bias: bool = True
    input_zero_point: int = -128
    output_zero_point: int = 3
    gain: float = 1.0

    def add(self, graph: Graph) -> None:
        window, input_scale = self.window, 0.05
        channels = self.channels * self.depth_multiplier
        scales = channel_scales(channels, per_channel=self.per_channel)
        terms = window.kernel_h * window.kernel_w
        image = graph.values(
            [self.batch, window.height, window.width, self.channels], input_scale, self.input_zero_point
        )
        filters = graph.filters([1, window.kernel_h, window.kernel_w, channels], scales, axis=3)
        # Left out altogether: the official interpreter crashes on a bias with tensor index -1 here.
        bias = [graph.bias(channels, input_scale * scales, limit=20_000)] if self.has_bias else []
        output = graph.values(
            [self.batch, window.output_height, window.output_width, channels],
            output_scale(input_scale * scales.mean(), terms, self.gain),
            self.output_zero_point,
            name=repr(self),
        )
        graph.builder.op(
            "DEPTHWISE_CONV_2D",
            [image, filters, *bias],
            [output],
            depth_multiplier=self.depth_multiplier,
            fused_activation_function=self.activation,
            **window.options,
        )


GRID = [
    DepthwiseConv2d(window, depth_multiplier=depth_multiplier, per_channel=per_channel)
    for window, depth_multiplier, per_channel in itertools.product(grid_windows(), [1, 2], [True, False])
] + [
    DepthwiseConv2d(
        Window(4, 4, 3, 3),
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
    DepthwiseConv2d,
    window=windows(),
    channels=st.integers(1, 17),
    depth_multiplier=st.integers(1, 4),
    batch=st.integers(1, 2),
    activation=st.sampled_from(ACTIVATIONS),
    per_channel=st.booleans(),
    has_bias=st.booleans(),
    input_zero_point=ZERO_POINTS,
    output_zero_point=ZERO_POINTS,
    gain=st.floats(0.01, 300.0),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_window_multiplier_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_convolutions(conform: Conform, dtype: str, cases: list[DepthwiseConv2d]) -> None:
    conform(side_by_side(cases, dtype))
