"""The kernels for the DSP extension against the portable ones, both on this computer, where C++ stands in for the
instructions; the instructions themselves run in tests/conformance on an emulated core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conformance.graph import FEW_EXAMPLES, Case, side_by_side
from conformance.test_dsp_kernels import CASES, GRIDS
from conformance.vectors import mixed_vectors
from firmware.engine.native import OK, NativeEngine, compile_dsp_kernels, compile_program
from hypothesis import given
from hypothesis import strategies as st

from harness.model import read_model


@pytest.fixture(scope="module")
def dsp_driver(engine_objects: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dsp")
    return compile_program("driver.cpp", compile_dsp_kernels(folder, engine_objects), folder)


@pytest.fixture(scope="module")
def engines(driver: Path, dsp_driver: Path) -> Iterator[tuple[NativeEngine, NativeEngine]]:
    """The portable one and the one for the DSP extension."""
    with NativeEngine(driver) as portable, NativeEngine(dsp_driver) as dsp:
        yield portable, dsp


Engines = tuple[NativeEngine, NativeEngine]


@pytest.mark.parametrize("op", GRIDS)
def test_grids(engines: Engines, op: str) -> None:
    assert_same_bytes(engines, GRIDS[op])


@FEW_EXAMPLES
@given(cases=st.lists(CASES, min_size=1, max_size=20))
def test_random_ops(engines: Engines, cases: list[Case]) -> None:
    assert_same_bytes(engines, cases)


def assert_same_bytes(engines: Engines, cases: Sequence[Case]) -> None:
    model = side_by_side(cases, "int8")
    for vector in mixed_vectors(read_model(model, "model")):
        portable, dsp = (engine.run(model, vector) for engine in engines)
        assert portable.status == dsp.status == OK
        assert portable.output == dsp.output
