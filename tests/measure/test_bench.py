"""A bench's targets: one process for many models, none that outlives it or an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.config import load_boards
from harness.measure import Bench
from harness.model import Model, read_model_file
from harness.paths import shipped_boards_file

BOARDS = load_boards([shipped_boards_file()])
DIGITS = shipped_boards_file().parent / "suites" / "digits"


@pytest.fixture
def model() -> Model:
    return read_model_file(DIGITS / "digits_int8.tflite")


@pytest.fixture(params=["stm32l475", "native"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(BOARDS[request.param])


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_models_one_after_the_other_share_a_process_until_the_bench_goes(model: Model) -> None:
    bench = Bench(BOARDS["stm32l475"])
    before = children()
    processes = []
    for _ in range(2):
        with bench.load(model):
            processes.append(children() - before)
    assert len(processes[0]) == 1
    assert processes[0] == processes[1] == children() - before
    del bench
    assert children() == before


def test_two_devices_at_a_time_are_two_processes(bench: Bench, model: Model) -> None:
    before = children()
    with bench.load(model) as (first, _), bench.load(model) as (second, _):
        assert len(children() - before) == 2
        vector = bytes(model.input_bytes)
        assert first.infer(vector) == second.infer(vector)


def test_an_error_ends_the_process(bench: Bench, model: Model) -> None:
    before = children()
    with pytest.raises(KeyError), bench.load(model):
        assert children() - before
        raise KeyError
    assert children() == before
