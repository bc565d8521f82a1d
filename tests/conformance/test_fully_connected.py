"""FULLY_CONNECTED against the official interpreter."""

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
from hypothesis import given
from hypothesis import strategies as st
from support.tflite_builder import NO_TENSOR


@dataclass(frozen=True)
class FullyConnected:
    """`gain` is how far the outputs overflow their range; at 1 they fill about half of it."""

    depth: int = 9
    units: int = 4
    leading: tuple[int, ...] = (1,)
    activation: str = "NONE"
    per_channel: bool = True
    has_bias: bool = True
    input_zero_point: int = -128
    output_zero_point: int = 3
    gain: float = 1.0
    int16_bias: str = "int64"  # int16 values add up in the type of their bias

    def add(self, graph: Graph) -> None:
        input_scale = 0.05
        scales = channel_scales(self.units, per_channel=self.per_channel)
        features = graph.values([*self.leading, self.depth], input_scale, self.input_zero_point)
        weights = graph.filters([self.units, self.depth], scales)
        bias = (
            graph.bias(self.units, input_scale * scales, limit=20_000, int16_bias=self.int16_bias)
            if self.has_bias
            else NO_TENSOR
        )
        output = graph.values(
            [*self.leading, self.units],
            output_scale(input_scale * scales.mean(), self.depth, self.gain),
            self.output_zero_point,
            name=repr(self),
        )
        graph.builder.op(
            "FULLY_CONNECTED",
            [features, weights, bias],
            [output],
            fused_activation_function=self.activation,
            keep_num_dims=len(self.leading) > 1,
        )


GRID = [
    FullyConnected(
        activation=activation,
        per_channel=per_channel,
        has_bias=has_bias,
        input_zero_point=input_zero_point,
        output_zero_point=output_zero_point,
    )
    for activation, per_channel, has_bias, input_zero_point, output_zero_point in itertools.product(
        ACTIVATIONS, [True, False], [True, False], [-128, 0, 127], [-128, 0, 127]
    )
]

CASES = st.builds(
    FullyConnected,
    depth=st.integers(1, 300),
    units=st.integers(1, 33),
    leading=st.sampled_from([(1,), (3,), (2, 2)]),
    activation=st.sampled_from(ACTIVATIONS),
    per_channel=st.booleans(),
    has_bias=st.booleans(),
    input_zero_point=ZERO_POINTS,
    output_zero_point=ZERO_POINTS,
    gain=st.floats(0.01, 300.0),
    int16_bias=st.sampled_from(["int64", "int32"]),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_activation_scaling_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_layers(conform: Conform, dtype: str, cases: list[FullyConnected]) -> None:
    conform(side_by_side(cases, dtype))
