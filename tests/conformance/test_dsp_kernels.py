"""The kernels for the DSP extension on an emulated Cortex-M4F against the official interpreter."""

from __future__ import annotations

import pytest
from conformance import (
    test_arithmetic,
    test_conv_2d,
    test_depthwise_conv_2d,
    test_fully_connected,
    test_pool_2d,
    test_transpose_conv,
)
from conformance.comparison import Conform, check_outputs
from conformance.graph import FEW_EXAMPLES, Case, side_by_side
from conformance.references import Interpreter
from conformance.tally import Tally
from conformance.vectors import mixed_vectors
from hypothesis import given
from hypothesis import strategies as st

from harness.config import load_boards
from harness.measure.bench import Bench
from harness.model import read_model
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
def conform_on_core(interpreter: Interpreter) -> Conform:
    """As `conform`. Each model is loaded by QEMU: over the line it would take longer than all that is compared."""
    bench = Bench(load_boards([shipped_boards_file()])["mps2-an386"])

    def conform(model_bytes: bytes) -> None:
        model = read_model(model_bytes, "model")
        vectors = mixed_vectors(model)
        with bench.load(model) as (device, _):
            actual = list(device.infer_many(vectors))
        check_outputs(Tally(), model, actual, interpreter.outputs(model, vectors))

    return conform


@pytest.mark.parametrize("op", GRIDS)
def test_part_of_the_grids(conform_on_core: Conform, op: str) -> None:
    """Of a large one every seventh case, which has every value of every parameter."""
    grid = GRIDS[op]
    conform_on_core(side_by_side(grid if len(grid) < 200 else grid[::7], "int8"))


@pytest.mark.slow
@pytest.mark.parametrize("op", GRIDS)
def test_grids(conform_on_core: Conform, op: str) -> None:
    conform_on_core(side_by_side(GRIDS[op], "int8"))


@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_ops(conform_on_core: Conform, cases: list[Case]) -> None:
    conform_on_core(side_by_side(cases, "int8"))
