"""Ops that add up products of an input and weights: what all of them have, and what is varied of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from conformance.graph import ACTIVATIONS, ZERO_POINTS, Graph, channel_scales, output_scale
from hypothesis import strategies as st

_INPUT_SCALE = 0.05
_BIAS_LIMIT = 20_000


class Operands(NamedTuple):
    """Tensors of an op; `bias` is empty where it is left out."""

    input: int
    weights: int
    bias: list[int]
    output: int


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """`gain` is how far the outputs overflow their range; at 1 they fill about half of it."""

    activation: str = "NONE"
    per_channel: bool = True
    has_bias: bool = True
    input_zero_point: int = -128
    output_zero_point: int = 3
    gain: float = 1.0
    int16_bias: str = "int64"  # int16 values add up in the type of their bias

    NO_BIAS: ClassVar[Sequence[int]] = ()  # in the place of a bias

    def operands(
        self, graph: Graph, inputs: Sequence[int], weights: Sequence[int], outputs: Sequence[int], axis: int = 0
    ) -> Operands:
        """Tensors of these shapes; `axis` is that of the weights' output channels. The output has the op's name."""
        channels = weights[axis]
        scales = channel_scales(channels, per_channel=self.per_channel)
        products = _INPUT_SCALE * scales
        step = output_scale(products.mean(), math.prod(weights) // channels, self.gain)
        return Operands(
            graph.values(inputs, _INPUT_SCALE, self.input_zero_point),
            graph.filters(weights, scales, axis),
            [graph.bias(channels, products, _BIAS_LIMIT, self.int16_bias)] if self.has_bias else [*self.NO_BIAS],
            graph.values(outputs, step, self.output_zero_point, name=repr(self)),
        )


# Every activation with and without bias, at the edges of the zero points.
EDGES: list[dict[str, Any]] = [
    {
        "activation": activation,
        "has_bias": has_bias,
        "input_zero_point": input_zero_point,
        "output_zero_point": output_zero_point,
    }
    for activation, has_bias, input_zero_point, output_zero_point in itertools.product(
        ACTIVATIONS, [True, False], [-128, 0, 127], [-128, 0, 127]
    )
]

ANY: dict[str, st.SearchStrategy[Any]] = {
    "activation": st.sampled_from(ACTIVATIONS),
    "per_channel": st.booleans(),
    "has_bias": st.booleans(),
    "input_zero_point": ZERO_POINTS,
    "output_zero_point": ZERO_POINTS,
    "gain": st.floats(0.01, 300.0),
}
ANY_BIAS = ANY | {"int16_bias": st.sampled_from(["int64", "int32"])}
