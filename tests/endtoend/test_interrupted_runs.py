"""A target that dies or hangs in the middle, and Ctrl-C: rows are kept, the process is gone, the next run works."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from harness.config import Suite
from harness.errors import HarnessError
from harness.measure import Bench, Job, load_suite_vectors, run_model
from harness.model import read_model_file

from .conftest import Collector

BREAK_AFTER = 20


def qemu_processes() -> set[int]:
    """The children of this process that are QEMU, whichever thread started them."""
    children = [child for thread in Path("/proc/self/task").glob("*/children") for child in thread.read_text().split()]
    return {int(pid) for pid in children if "qemu" in Path(f"/proc/{pid}/comm").read_text()}


def after(count: int, act: Callable[[], None]) -> Callable[[], None]:
    """A function that calls `act` when it is called the `count`-th time."""
    calls = iter(range(1, 1 << 30))
    return lambda: act() if next(calls) == count else None


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)


@pytest.fixture
def job(digits: Suite) -> Job:
    model = read_model_file(digits.models["int8"].path)
    return Job(digits.name, "int8", model, load_suite_vectors(digits.vectors).first(100))


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGKILL, "QEMU"), (signal.SIGSTOP, "answer")], ids=["dies", "hangs"]
)
def test_a_qemu_that_goes_away(stm32l475: Bench, job: Job, sink: Collector, number: signal.Signals, said: str) -> None:
    break_off = after(BREAK_AFTER, lambda: signal_all(qemu_processes(), number))
    with pytest.raises(HarnessError, match=said) as caught:
        run_model(stm32l475, job, sink, on_vector=break_off)
    assert caught.value.fix
    assert BREAK_AFTER <= len(sink.vectors) < len(job.vectors)
    assert sink.runs[-1].outcome == "error"
    assert sink.runs[-1].vectors == len(sink.vectors)
    assert not qemu_processes()
    assert run_model(stm32l475, job, sink).run.outcome == "passed"


def test_ctrl_c(stm32l475: Bench, job: Job, sink: Collector) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_model(stm32l475, job, sink, on_vector=after(BREAK_AFTER, lambda: signal.raise_signal(signal.SIGINT)))
    assert sink.runs[-1].outcome == "interrupted"
    assert sink.runs[-1].message == f"after {len(sink.vectors)} of 100 vectors"
    assert not qemu_processes()
