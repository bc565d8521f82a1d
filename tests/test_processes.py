"""Child processes: nothing of them outlives the call, or this process."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from harness.processes import interrupted_by_sigterm, run_group

WAIT = "import sys; sys.stdin.read()"
# A program as PlatformIO: its own child does the work. Both hold the line open that tells of their pids.
WORKS = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, '-c', {WAIT!r}], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


def is_gone(pid_descriptor: int) -> bool:
    """Whether the process of a pidfd ends within 10 s."""
    return bool(select.select([pid_descriptor], [], [], 10)[0])


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_what_a_program_started_ends_with_a_killed_parent(ending: signal.Signals) -> None:
    program = f"import sys; from harness.processes import run_group; run_group([sys.executable, '-c', {WORKS!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        grandchild = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(ending)
        assert is_gone(grandchild)


def test_what_a_late_program_started_ends() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as held:
        with os.fdopen(theirs, "wb"), pytest.raises(subprocess.TimeoutExpired):
            run_group(["sh", "-c", "sleep 1000 & wait"], 0.1, pass_fds=[theirs])
        assert held.read() == b""  # nobody holds the other end any more


@pytest.mark.parametrize("code", [0, 3])
def test_status_and_output_are_the_programs(code: int) -> None:
    done = run_group(["sh", "-c", f"echo said; exit {code}"], stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (code, b"said\n")


def test_a_program_that_is_not_there() -> None:
    done = run_group(["/no-such-program"], stderr=subprocess.PIPE)
    assert done.returncode == 127
    assert b"/no-such-program" in done.stderr


@contextlib.contextmanager
def handling_sigterm(handler: Any) -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def test_sigterm_is_an_interrupt_within_the_block_alone() -> None:
    with handling_sigterm(signal.SIG_DFL):
        with pytest.raises(KeyboardInterrupt), interrupted_by_sigterm():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_handler_of_sigterm_that_is_there_stays() -> None:
    caught: list[int] = []
    with handling_sigterm(lambda number, frame: caught.append(number)), interrupted_by_sigterm():
        signal.raise_signal(signal.SIGTERM)
    assert caught == [signal.SIGTERM]
