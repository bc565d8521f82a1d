"""The digits suite over two emulated boards, one of which may die: rows and figures are those of one board."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed
from support.session_records import INFO

from harness.config import Suite
from harness.measure import Bench, Job, load_suite_vectors, run_model, shards
from harness.measure.work import Infers, Work, answer_share
from harness.model import read_model_file
from harness.report import Records, SessionTables

from .test_interrupted_runs import qemu_processes


@pytest.fixture(scope="module")
def job(digits: Suite) -> Job:
    model = read_model_file(digits.models["int8"].path)
    return Job(digits.name, "int8", model, load_suite_vectors(digits.vectors).first(200))


def run(bench: Bench, job: Job, on_vector: Callable[[], None] = lambda: None) -> SessionTables:
    records = Records()
    run_model(bench, job, records, on_vector=on_vector)
    return records.tables(INFO)


@pytest.fixture(scope="module")
def alone(stm32l475: Bench, job: Job) -> SessionTables:
    return run(stm32l475, job)


@pytest.fixture
def two(stm32l475: Bench) -> Bench:
    return replace(stm32l475, shards=2)


def test_two_boards_give_what_one_gives(two: Bench, job: Job, alone: SessionTables) -> None:
    assert run(two, job) == alone


@pytest.mark.parametrize("victim", [min, max], ids=["the one to be timed", "the other"])
def test_one_of_two_that_dies(
    two: Bench,
    job: Job,
    alone: SessionTables,
    victim: Callable[[Iterable[int]], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one to be timed starts first: its process has the lower number."""
    before, answered, killed = qemu_processes(), set[Infers](), list[int]()

    def watch(work: Work, device: Infers, inputs: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        for answer in answer_share(work, device, inputs):
            answered.add(device)
            yield answer

    def strike() -> None:
        if len(answered) == 2 and not killed:
            killed.append(victim(qemu_processes() - before))
            os.kill(killed[0], signal.SIGKILL)

    monkeypatch.setattr(shards, "answer_share", watch)
    tables = run(two, job, strike)
    (found,), (expected,) = tables.run_records, alone.run_records
    assert killed
    assert (found.attempts, found.retries[:4]) == (2, "QEMU")
    assert changed(found, attempts=1, retries="", line_faults=0) == changed(expected, line_faults=0)
    assert tables.vector_records == alone.vector_records
    assert tables.layer_records == alone.layer_records
    assert len(qemu_processes() - before) <= 1  # at rest
