"""TensorFlow Lite Micro on the emulated B-L475E-IOT01A, where its library is there."""

from __future__ import annotations

import pytest
from elftools.elf.elffile import ELFFile
from support.tflm_library import real_library

from harness.config import Suite, boards_files, load_boards
from harness.errors import ModelError
from harness.measure import Bench, Job, Result, Sink, load_suite_vectors, run_model
from harness.model import read_model_file
from harness.paths import shipped_boards_file

VECTORS = 20
HEAP = ("malloc", "_malloc_r", "free", "_free_r", "_sbrk")
NEW_AND_DELETE = ("_Zn", "_Zd")  # Itanium C++ ABI


@pytest.fixture(scope="module")
def tflm_bench() -> Bench:
    real_library()
    return Bench(load_boards(boards_files(shipped_boards_file().parent))["stm32l475"], engine="tflm")


def run(bench: Bench, digits: Suite, sink: Sink, variant: str) -> Result:
    model = read_model_file(digits.models[variant].path)
    vectors = load_suite_vectors(digits.vectors).first(VECTORS)
    return run_model(bench, Job(digits.name, variant, model, vectors, check=True), sink)


def test_float32_outputs_equal_the_oracles_and_layers_add_up(tflm_bench: Bench, digits: Suite, sink: Sink) -> None:
    result = run(tflm_bench, digits, sink, "float32")
    assert result.run.oracle_equal == VECTORS
    assert result.run.instructions is not None
    total = sum(layer.instructions.value for layer in result.layers if layer.instructions is not None)
    assert total == pytest.approx(result.run.instructions.value, rel=0.01)


def test_int8_outputs_equal_the_oracles_or_the_library_is_too_old(tflm_bench: Bench, digits: Suite, sink: Sink) -> None:
    try:
        assert run(tflm_bench, digits, sink, "int8").run.oracle_equal == VECTORS
    except ModelError as error:
        assert "too old for FULLY_CONNECTED with a scale per channel (op 5)" in error.cause


def test_no_heap_is_linked(tflm_bench: Bench) -> None:
    with tflm_bench.firmware.elf.open("rb") as file:
        names = {symbol.name for symbol in ELFFile(file).get_section_by_name(".symtab").iter_symbols()}
    assert not {name for name in names if name in HEAP or name.startswith(NEW_AND_DELETE)}
