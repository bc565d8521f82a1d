"""Child processes in groups of their own, which end with this process however it ends; and how it ends itself."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None)
# The kernel tells a child alone that its parent died, not what the child started: a shell passes it on.
_GUARD = 'trap "kill -KILL 0" TERM; "$@" & wait "$!"'


def start_group(
    command: Sequence[str], death_signal: signal.Signals = signal.SIGKILL, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own.

    Args:
        death_signal: what the program gets, on Linux, when this process ends.
        options: of `subprocess.Popen`.

    Raises:
        OSError: it cannot be started.
    """
    preexec = functools.partial(end_with_parent, death_signal)

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, start_new_session=True, preexec_fn=preexec, **options)  # noqa: PLW1509  one system call

    if threading.current_thread() is threading.main_thread():
        return start()
    return _lasting_thread(os.getpid()).submit(start).result()


@functools.cache
def _lasting_thread(process: int) -> ThreadPoolExecutor:
    """A thread that ends with `process`: the kernel takes what another one started for orphaned when that one ends."""
    return ThreadPoolExecutor(1, f"starter of {process}")


def end_with_parent(death_signal: signal.Signals) -> None:
    """Have this process sent a signal, on Linux, when the thread that started it ends."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal)


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the child's group, and wait for the child."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def run_group(
    command: Sequence[str], timeout_s: float | None = None, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; nothing that it started outlives the call, or, on Linux, this process.

    Args:
        timeout_s: how long it may take.
        options: of `subprocess.Popen`. It has no standard input.

    Raises:
        subprocess.TimeoutExpired: it took longer.
    """
    guarded = ["/bin/sh", "-c", _GUARD, "guard", *command]
    with start_group(guarded, signal.SIGTERM, stdin=subprocess.DEVNULL, **options) as child:
        try:
            output, errors = child.communicate(timeout=timeout_s)
        finally:
            end_group(child)
    return subprocess.CompletedProcess(command, child.returncode, output, errors)


@contextlib.contextmanager
def interrupted_by_sigterm() -> Iterator[None]:
    """Within the block SIGTERM raises KeyboardInterrupt as Ctrl-C does, so that targets are stopped and records ended.

    Of effect in the main thread, where nobody else handles the signal.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
