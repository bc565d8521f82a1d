"""A child process that does not outlive this one, and whose last words are kept."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from harness.errors import TargetError
from harness.processes import end_group, start_group

_END_TIMEOUT_S = 5.0
_LAST_LINES = 6
# What a sanitizer and QEMU begin their complaints with; QEMU dumps registers behind its own.
_TELLING = ("ERROR: ", "runtime error: ", "SUMMARY: ", "qemu: ", "qemu-system")

_LOCKUP = "Lockup: "  # what QEMU says of a core that faults where it cannot even report a fault


class TargetProcess:
    """A started program in a process group of its own; on Linux it dies with this process.

    Its stdin is an open pipe, and its stdout one that `read_line` reads.

    Args:
        name: what messages call it.
        command: the program and its arguments.
        folder: where its standard error output is kept.
        pass_fds: file descriptors that it inherits.

    Raises:
        TargetError: it cannot be started.
    """

    def __init__(self, name: str, command: Sequence[str], folder: Path, pass_fds: Collection[int] = ()) -> None:
        self._name = name
        self._stderr = folder / "stderr"
        try:
            with self._stderr.open("wb") as stderr:
                self._child = start_group(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    pass_fds=tuple(pass_fds),
                )
        except OSError as error:
            raise TargetError(f"{name} cannot be started: {error}", "see whether that program is there") from None

    @property
    def pid(self) -> int:
        return self._child.pid

    def read_line(self, timeout_s: float) -> str:
        """The first line it prints.

        Raises:
            TargetError: it ended, or printed no line in time.
        """
        assert self._child.stdout is not None
        descriptor = self._child.stdout.fileno()
        give_up_s = time.monotonic() + timeout_s
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, give_up_s - time.monotonic())):
                    raise TargetError(f"{self._name} printed no line in {timeout_s:g} s", "see whether it hangs")
                piece = os.read(descriptor, 1)
                if not piece:
                    raise self.death()
                line += piece
        return line.decode("utf-8", "replace").rstrip("\n")

    def death(self) -> TargetError:
        """Why its end of the line is closed: how it ended and what it said last."""
        try:
            ending = _ending(self._child.wait(_END_TIMEOUT_S))
        except subprocess.TimeoutExpired:
            ending = "closed its end of the line"
        words = self._last_words()
        fix = _fix_of(words) if words else "see who ended it, and whether memory ran out"
        return TargetError(f"{self._name} {ending}{':' if words else ''}{words}", fix)

    def stop(self) -> None:
        """End it and all that it started; stopping twice is harmless."""
        if self._child.poll() is None:
            end_group(self._child)
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            pipe.close()

    def _last_words(self) -> str:
        lines = self._stderr.read_text("utf-8", "replace").splitlines()
        telling = [line for line in lines if any(mark in line for mark in _TELLING)]
        return "".join(f"\n  {line.strip()}" for line in (telling or lines)[-_LAST_LINES:])


def _fix_of(words: str) -> str:
    if _LOCKUP in words:
        return "correct the board's firmware.data and its memory in boards.toml: the firmware came to no working stack"
    return "mend what it complains of"


def _ending(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with exit status {status}"
