"""SVDF against the official interpreter: several steps through one state, which is new in each inference."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES, FEW_EXAMPLES, ZERO_POINTS, Graph, output_scale, side_by_side
from hypothesis import given
from hypothesis import strategies as st

STEPS = 3


@dataclass(frozen=True)
class Svdf:
    """`state` is the type of state and time weights in int8; `gain` is how far the outputs overflow their range."""

    batches: int = 1
    inputs: int = 5
    units: int = 3
    rank: int = 2
    memory: int = 4
    state: str = "int16"
    activation: str = "NONE"
    zero_points: tuple[int, int] = (-128, 3)
    gain: float = 1.0

    def add(self, graph: Graph) -> None:
        filters = self.units * self.rank
        state_scale = output_scale(0.05 * 0.01, self.inputs, self.gain) / (256 if self.state == "int16" else 1)
        features = graph.filters([filters, self.inputs], 0.01)
        times = self._weights(graph, [filters, self.memory])
        product_scale = state_scale * 0.002
        bias = graph.bias(self.units, product_scale, limit=20_000)
        state = graph.builder.tensor(
            [self.batches, self.memory * filters],
            self.state if graph.is_quantized else "float32",
            scale=state_scale if graph.is_quantized else None,
            is_variable=True,
        )
        result_scale = product_scale * self.memory * self.rank * (2.0**20 if self.state == "int16" else 2.0**8)
        for step in range(STEPS):
            values = graph.values([self.batches, self.inputs], 0.05, self.zero_points[0])
            result = graph.values(
                [self.batches, self.units], result_scale / self.gain, self.zero_points[1], name=f"{self} step {step}"
            )
            graph.builder.op(
                "SVDF",
                [values, features, times, bias, state],
                [result],
                rank=self.rank,
                fused_activation_function=self.activation,
            )

    def _weights(self, graph: Graph, shape: list[int]) -> int:
        random = np.random.default_rng(2)
        if not graph.is_quantized:
            return graph.builder.tensor(shape, "float32", data=random.normal(size=shape))
        limit = np.iinfo(self.state).max
        return graph.builder.tensor(shape, self.state, scale=0.002, data=random.integers(-limit, limit, shape))


GRID = [
    Svdf(batches, inputs, units, rank, memory, state)
    for batches, inputs, units, rank, memory, state in itertools.product(
        [1, 2], [1, 9], [1, 4], [1, 3], [1, 2, 5], ["int8", "int16"]
    )
] + [
    Svdf(state=state, zero_points=zero_points)
    for state, zero_points in itertools.product(["int8", "int16"], itertools.product([-128, 0, 127], repeat=2))
]
SIZES = st.integers(1, 6)
CASES = st.builds(
    Svdf,
    batches=st.integers(1, 2),
    inputs=st.integers(1, 20),
    units=SIZES,
    rank=SIZES,
    memory=SIZES,
    state=st.sampled_from(["int8", "int16"]),
    zero_points=st.tuples(ZERO_POINTS, ZERO_POINTS),
    gain=st.floats(0.01, 30.0),
)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_size_state_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


def test_activations(conform: Conform) -> None:
    conform(side_by_side([Svdf(activation=name) for name in ("RELU", "RELU6", "RELU_N1_TO_1")], "float32"))


@pytest.mark.parametrize("dtype", DTYPES)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=10))
def test_random_filters(conform: Conform, dtype: str, cases: list[Svdf]) -> None:
    conform(side_by_side(cases, dtype))
