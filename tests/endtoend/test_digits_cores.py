"""Every emulated core gives the official interpreter's outputs, in hardware or in software floating point."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.config import Suite, boards_files, load_boards
from harness.errors import ModelError
from harness.measure import Bench, Job, Provenance, Sink, load_suite_vectors, run_model
from harness.model import read_model_file

from .conftest import REPOSITORY

BOARDS = load_boards(boards_files(REPOSITORY))
EMULATED = [name for name, board in BOARDS.items() if "emulated" in board.targets]


def job(suite: Suite, variant: str) -> Job:
    model = read_model_file(suite.models[variant].path)
    return replace(Job(suite.name, variant, model, load_suite_vectors(suite.vectors).first(20)), check=True)


@pytest.mark.parametrize("name", EMULATED)
def test_int8_digits_equal_the_oracles_at_the_cost_of_their_layers(name: str, digits: Suite, sink: Sink) -> None:
    result = run_model(Bench(BOARDS[name]), job(digits, "int8"), sink)
    assert result.run.oracle_equal == 20
    assert result.run.cycles is not None
    layers = [layer.cycles.value for layer in result.layers if layer.cycles is not None]
    assert len(layers) == len(result.layers)
    assert sum(layers) == pytest.approx(result.run.cycles.value, rel=0.01)
    assert sum(json.loads(result.run.cycles_by_class).values()) == pytest.approx(result.run.cycles.value, abs=11)
    assert result.run.latency_us is not None
    assert result.run.latency_us.provenance is Provenance.MODELLED


@pytest.mark.parametrize("name", [name for name in EMULATED if name != "microbit"])
def test_float32_digits_equal_the_oracles(name: str, digits: Suite, sink: Sink) -> None:
    result = run_model(Bench(BOARDS[name]), job(digits, "float32"), sink)
    assert result.run.oracle_equal == 20


def test_another_clock_changes_no_count_of_instructions(digits: Suite, sink: Sink) -> None:
    slow, fast = (
        run_model(Bench(BOARDS[name]), job(digits, "int8"), sink).run for name in ("stm32l475", "nucleo-l4r5zi")
    )
    assert slow.instructions is not None
    assert fast.instructions == slow.instructions


def test_a_model_too_large_for_the_smallest_board_is_refused_with_the_bytes(digits: Suite, sink: Sink) -> None:
    with pytest.raises(ModelError, match=r"does not fit microbit .*arena: needs at least .* bytes are missing"):
        run_model(Bench(BOARDS["microbit"]), job(digits, "float32"), sink)


@pytest.mark.slow
def test_the_suite_passes_on_every_board(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "suites/digits", f"--board={','.join(EMULATED)}", "--engine=builtin"]
    done = subprocess.run(
        [*command, f"--reports-dir={tmp_path}"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    for name in EMULATED:
        assert f"digits on {name} with builtin" in done.stdout
