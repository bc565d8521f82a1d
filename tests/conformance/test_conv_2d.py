"""CONV_2D against the official interpreter."""

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
from support.tflite_builder import NO_TENSOR


@dataclass(frozen=True)
class Conv2d:
    """`gain` is how far the outputs overflow their range; at 1 they fill about half of it.

    `channels` and `filters` are those of one group.
    """

    window: Window
    channels: int = 3
    filters: int = 4
    groups: int = 1
    batch: int = 1
    activation: str = "NONE"
    per_channel: bool = True
    has_bias: bool = True
    input_zero_point: int = -128
    output_zero_point: int = 3
    gain: float = 1.0
    int16_bias: str = "int64"  # int16 values add up in the type of their bias

    def add(self, graph: Graph) -> None:
        window, input_scale = self.window, 0.05
        filters = self.filters * self.groups
        scales = channel_scales(filters, per_channel=self.per_channel)
        terms = window.kernel_h * window.kernel_w * self.channels
        image = graph.values(
            [self.batch, window.height, window.width, self.channels * self.groups], input_scale, self.input_zero_point
        )
        weights = graph.filters([filters, window.kernel_h, window.kernel_w, self.channels], scales)
        bias = (
            graph.bias(filters, input_scale * scales, limit=20_000, int16_bias=self.int16_bias)
            if self.has_bias
            else NO_TENSOR
        )
        output = graph.values(
            [self.batch, window.output_height, window.output_width, filters],
            output_scale(input_scale * scales.mean(), terms, self.gain),
            self.output_zero_point,
            name=repr(self),
        )
        graph.builder.op(
            "CONV_2D", [image, weights, bias], [output], fused_activation_function=self.activation, **window.options
        )


GRID = [
    Conv2d(window, activation=activation, per_channel=per_channel)
    for window, activation, per_channel in itertools.product(grid_windows(), ["NONE", "RELU6"], [True, False])
] + [
    Conv2d(
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
    Conv2d,
    window=windows(),
    channels=st.integers(1, 17),
    filters=st.integers(1, 17),
    groups=st.integers(1, 3),
    batch=st.integers(1, 2),
    activation=st.sampled_from(ACTIVATIONS),
    per_channel=st.booleans(),
    has_bias=st.booleans(),
    input_zero_point=ZERO_POINTS,
    output_zero_point=ZERO_POINTS,
    gain=st.floats(0.01, 300.0),
    int16_bias=st.sampled_from(["int64", "int32"]),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_window_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_convolutions(conform: Conform, dtype: str, cases: list[Conv2d]) -> None:
    conform(side_by_side(cases, dtype))
