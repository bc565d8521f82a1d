"""MAX_POOL_2D and AVERAGE_POOL_2D against the official interpreter."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from conformance.comparison import Conform
from conformance.graph import ACTIVATIONS, DTYPES_WITH_INT16, FEW_EXAMPLES, ZERO_POINTS, Graph, side_by_side
from conformance.window import Window, grid_windows, windows
from hypothesis import given
from hypothesis import strategies as st

OPS = ["MAX_POOL_2D", "AVERAGE_POOL_2D"]


@dataclass(frozen=True)
class Pool2d:
    """Input and output share scale and zero point: these ops do not rescale."""

    op: str
    window: Window
    channels: int = 3
    batch: int = 1
    activation: str = "NONE"
    scale: float = 0.05
    zero_point: int = 3

    def add(self, graph: Graph) -> None:
        window = self.window
        image = graph.values(window.input_shape(self.batch, self.channels), self.scale, self.zero_point)
        output = graph.values(
            window.output_shape(self.batch, self.channels), self.scale, self.zero_point, name=repr(self)
        )
        graph.builder.op(
            self.op,
            [image],
            [output],
            filter_height=window.kernel_h,
            filter_width=window.kernel_w,
            fused_activation_function=self.activation,
            **window.step_options,
        )


GRID = [
    Pool2d(op, window, activation=activation, zero_point=zero_point)
    for op, window, activation, zero_point in itertools.product(
        OPS, grid_windows(dilations=(1,)), ACTIVATIONS, [-128, 3, 127]
    )
]

CASES = st.builds(
    Pool2d,
    op=st.sampled_from(OPS),
    window=windows(max_dilation=1),
    channels=st.integers(1, 17),
    batch=st.integers(1, 2),
    activation=st.sampled_from(ACTIVATIONS),
    scale=st.floats(1e-3, 1.0),
    zero_point=ZERO_POINTS,
)


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
def test_every_window_activation_and_edge_zero_point(conform: Conform, dtype: str) -> None:
    conform(side_by_side(GRID, dtype))


@pytest.mark.parametrize("dtype", DTYPES_WITH_INT16)
@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_poolings(conform: Conform, dtype: str, cases: list[Pool2d]) -> None:
    conform(side_by_side(cases, dtype))
