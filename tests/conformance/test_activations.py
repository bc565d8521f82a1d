"""Activations that are ops of their own against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES, DTYPES_WITH_INT16, FEW_EXAMPLES, SCALES, ZERO_POINTS, Graph, side_by_side
from hypothesis import given
from hypothesis import strategies as st

from harness.model import read_model

SHAPE = (1, 256)  # room for every int8 value


@dataclass(frozen=True)
class Activation:
    """`alpha` is the slope of LEAKY_RELU below 0."""

    name: str
    scales: tuple[float, float] = (0.05, 0.04)
    zero_points: tuple[int, int] = (3, -7)
    alpha: float = 0.3

    def add(self, graph: Graph) -> None:
        values = graph.values(SHAPE, self.scales[0], self.zero_points[0])
        output = graph.values(SHAPE, *self.output_quantization(graph.dtype), name=repr(self))
        options = {"alpha": self.alpha, "options_type": "LeakyReluOptions"} if self.name == "LEAKY_RELU" else {}
        graph.builder.op(self.name, [values], [output], **options)

    def output_quantization(self, dtype: str) -> tuple[float, int]:
        """RELU6 of TensorFlow Lite Micro does not scale; LOGISTIC and TANH have one scale only."""
        if self.name == "RELU6":
            return self.scales[0], self.zero_points[0]
        if self.name == "LOGISTIC" and dtype == "int8":
            return 1 / 256, -128
        if self.name in {"LOGISTIC", "TANH"}:
            return (1 / 128 if dtype == "int8" else 2**-15), 0
        return self.scales[1], self.zero_points[1]


INT16_NAMES = ["RELU", "RELU6", "LEAKY_RELU", "LOGISTIC", "TANH"]
NAMES = [*INT16_NAMES, "HARD_SWISH"]
EDGES = list(itertools.product([-128, 0, 127], repeat=2))
ROUND_SCALES = list(itertools.permutations([0.05, 0.04, 0.025, 0.1], 2))  # ratios that lead to halves
WIDE_SCALES = [(2.0**power * factor, 0.5) for power in range(-20, 1) for factor in (1, 1.0006, 1.0008, 1.4)]


def grid(dtype: str) -> list[Activation]:
    names = INT16_NAMES if dtype == "int16" else NAMES
    return (
        [Activation(name, zero_points=zero_points) for name, zero_points in itertools.product(names, EDGES)]
        + [Activation(name, scales) for name, scales in itertools.product(names, ROUND_SCALES)]
        + [Activation(name, scales) for name, scales in itertools.product(["LOGISTIC", "TANH"], WIDE_SCALES)]
        + [Activation("LEAKY_RELU", alpha=alpha) for alpha in (0.0, 0.01, 1.0, 1.5, -0.5)]
    )


CASES = st.builds(
    Activation,
    name=st.sampled_from(NAMES),
    scales=st.tuples(SCALES, SCALES).filter(lambda scales: max(scales) < 100 * min(scales)),  # HARD_SWISH needs it
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
    alpha=st.floats(-2.0, 2.0),
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_edge_zero_point_and_scale(conform: Conform, dtype: str) -> None:
    conform(side_by_side(grid(dtype), dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_scales(conform: Conform, dtype: str, cases: list[Activation]) -> None:
    conform(side_by_side(cases, dtype))


@pytest.mark.parametrize("scale", [0.05, 2.0**-12, 2.0**-11, 1e-4])
def test_every_int16_value(conform: Conform, scale: float) -> None:
    cases = [Activation(name, (scale, scale * 0.9)) for name in INT16_NAMES]
    model_bytes = side_by_side(cases, "int16")
    values = np.arange(-(1 << 15), 1 << 15, dtype=np.int16).reshape(-1, SHAPE[1])
    copies = len(read_model(model_bytes, "model").input_tensors)
    conform(model_bytes, [row.tobytes() * copies for row in values])


def test_every_int8_value(conform: Conform) -> None:
    cases = [Activation(name, scales) for name, scales in itertools.product(NAMES, [(0.05, 0.03), (0.02, 0.02)])]
    model_bytes = side_by_side(cases, "int8")
    conform(model_bytes, [np.arange(-128, 128, dtype=np.int8).tobytes() * len(cases)])
