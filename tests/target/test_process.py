"""Child processes: their ends are explained, and they are always gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import TargetError
from harness.target.process import TargetProcess

WAIT = "import sys; print('ready', flush=True); sys.stdin.read()"


@contextlib.contextmanager
def started(folder: Path, program: str) -> Iterator[TargetProcess]:
    process = TargetProcess("the child", [sys.executable, "-c", program], folder)
    try:
        yield process
    finally:
        process.stop()


def wait_until_gone(pid_descriptor: int) -> bool:
    """Whether the process of a pidfd ends within 10 s."""
    return bool(select.select([pid_descriptor], [], [], 10)[0])


def test_its_first_line_is_read(tmp_path: Path) -> None:
    with started(tmp_path, WAIT) as process:
        assert process.read_line(10) == "ready"


def test_stop_ends_it_and_its_children(tmp_path: Path) -> None:
    program = f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {WAIT!r}])"
    with started(tmp_path, program + "; print(c.pid, flush=True); c.wait()") as process:
        grandchild = os.pidfd_open(int(process.read_line(10)))
        child = os.pidfd_open(process.pid)
    assert wait_until_gone(child)
    assert wait_until_gone(grandchild)
    process.stop()


def test_an_exit_is_told_with_status_and_last_words(tmp_path: Path) -> None:
    lines = "".join(f"line {index}\\n" for index in range(20))
    with started(tmp_path, f"import sys; sys.stderr.write('{lines}'); sys.exit(3)") as process:
        text = str(process.death())
    assert "the child ended with exit status 3" in text
    assert "line 19" in text
    assert "line 5" not in text


def test_a_kill_is_told_with_its_signal(tmp_path: Path) -> None:
    with started(tmp_path, WAIT) as process:
        process.read_line(10)
        os.kill(process.pid, signal.SIGTERM)
        assert "was killed by SIGTERM" in str(process.death())


def test_of_a_sanitizers_report_the_telling_lines_are_kept(tmp_path: Path) -> None:
    report = "==7==ERROR: AddressSanitizer: heap-buffer-overflow on 0x1\\n" + "  #1 frame\\n" * 50 + "==7==ABORTING\\n"
    with started(tmp_path, f"import sys; sys.stderr.write('{report}'); sys.exit(1)") as process:
        text = str(process.death())
    assert "heap-buffer-overflow" in text
    assert "#1 frame" not in text


def test_a_core_that_cannot_even_fault_is_the_memory_map(tmp_path: Path) -> None:
    words = "qemu: fatal: Lockup: can not escalate 3 to HardFault"
    with started(tmp_path, f"import os, sys; sys.stderr.write('{words}'); sys.stderr.flush(); os.abort()") as process:
        assert "firmware.data and its memory in boards.toml" in process.death().fix


def test_a_program_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    with (
        started(tmp_path, "import sys; sys.stdin.read()") as process,
        pytest.raises(TargetError, match=r"printed no line in 0\.01 s"),
    ):
        process.read_line(0.01)


def test_a_program_that_ends_instead_of_speaking_is_explained(tmp_path: Path) -> None:
    with (
        started(tmp_path, "import sys; sys.exit('no board')") as process,
        pytest.raises(TargetError, match=r"exit status 1:\n  no board"),
    ):
        process.read_line(10)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"the child cannot be started: .*no-such-program"):
        TargetProcess("the child", ["/no-such-program"], tmp_path)


def test_it_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    processes: list[TargetProcess] = []
    command = [sys.executable, "-c", WAIT]
    starter = threading.Thread(target=lambda: processes.append(TargetProcess("the child", command, tmp_path)))
    starter.start()
    starter.join()
    while Path(f"/proc/self/task/{starter.native_id}").exists():
        os.sched_yield()
    (process,) = processes
    with contextlib.ExitStack() as ending:
        ending.callback(process.stop)
        os.kill(process.pid, signal.SIGTERM)
        assert "was killed by SIGTERM" in str(process.death())


def test_it_dies_with_a_killed_parent(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from harness.target.process import TargetProcess\n"
        f"p = TargetProcess('child', [sys.executable, '-c', {WAIT!r}], pathlib.Path({str(tmp_path)!r}))\n"
        "p.read_line(10); print(p.pid, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert wait_until_gone(child)
