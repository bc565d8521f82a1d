"""The kernels for the DSP extension on an emulated Cortex-M4F against the official interpreter."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from conformance import (
    test_arithmetic,
    test_conv_2d,
    test_depthwise_conv_2d,
    test_fully_connected,
    test_pool_2d,
    test_transpose_conv,
)
from conformance.comparison import Conform, Tally, compare
from conformance.graph import FEW_EXAMPLES, Case, side_by_side
from hypothesis import given
from hypothesis import strategies as st

from harness.config import load_boards
from harness.measure.bench import Bench
from harness.paths import shipped_boards_file

CASES = st.one_of(
    test_arithmetic.CASES,
    test_conv_2d.CASES,
    test_depthwise_conv_2d.CASES,
    test_fully_connected.CASES,
    test_pool_2d.CASES,
    test_transpose_conv.CASES,
)
GRIDS = {
    "arithmetic": test_arithmetic.GRID,
    "conv_2d": test_conv_2d.GRID,
    "depthwise_conv_2d": test_depthwise_conv_2d.GRID,
    "fully_connected": test_fully_connected.GRID,
    "pool_2d": test_pool_2d.GRID,
    "transpose_conv": test_transpose_conv.GRID,
}


@pytest.fixture(scope="module")
def conform_on_core() -> Iterator[Conform]:
    """As `conform`, on a board whose model slot is RAM: one start serves every model."""
    with Bench(load_boards([shipped_boards_file()])["mps2-an386"]).start() as device:
        yield functools.partial(compare, device, Tally())


@pytest.mark.parametrize("op", GRIDS)
def test_grids(conform_on_core: Conform, op: str) -> None:
    conform_on_core(side_by_side(GRIDS[op], "int8"))


@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_ops(conform_on_core: Conform, cases: list[Case]) -> None:
    conform_on_core(side_by_side(cases, "int8"))
