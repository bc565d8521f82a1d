"""What the targets of one run share: which of its vectors wait for an answer, and whether anybody wants one."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from harness.link.client import Device, Stream

_POLL_S = 0.1


class Work:
    """The numbers 0 … `count` - 1 of vectors. Threads take them, and give back what they failed to answer."""

    def __init__(self, count: int) -> None:
        self.is_cancelled = False
        self._waiting = deque(range(count))
        self._unanswered = count
        self._changed = threading.Condition()

    def take(self) -> int | None:
        """The next one; None where none waits now."""
        with self._changed:
            return self._waiting.popleft() if self._waiting else None

    def give_back(self, indices: Sequence[int]) -> None:
        with self._changed:
            self._waiting.extendleft(reversed(indices))
            self._changed.notify_all()

    def count_answer(self) -> None:
        with self._changed:
            self._unanswered -= 1
            self._changed.notify_all()

    def cancel(self) -> None:
        """Nobody wants answers any more."""
        with self._changed:
            self.is_cancelled = True
            self._changed.notify_all()

    def wait(self) -> bool:
        """Block until some wait to be taken; False: none will any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._unanswered or self.is_cancelled)
            return bool(self._waiting) and not self.is_cancelled


class Infers(Protocol):
    """What answers vectors, as `Device` does: it takes one when it has room for it."""

    def infer_many(self, vectors: Iterable[bytes]) -> Iterator[bytes]: ...


def answer_share(work: Work, device: Infers, inputs: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number and output of each vector that `device` takes, until none waits; what it fails to answer goes back."""
    under_way: deque[int] = deque()

    def taken() -> Iterator[bytes]:
        while (index := work.take()) is not None:
            under_way.append(index)
            yield inputs[index]

    try:
        for output in device.infer_many(taken()):
            index = under_way.popleft()
            work.count_answer()
            yield index, output
    finally:
        work.give_back(under_way)


class CancelledError(Exception):
    """Work was cancelled while a device was waited for."""


class _CancellableLine:
    """A line whose reader soon learns that work was cancelled, also where the device says nothing."""

    def __init__(self, line: Stream, work: Work) -> None:
        self._line = line
        self._work = work
        self.write = line.write

    def read(self, timeout_s: float) -> bytes:
        give_up_s = time.monotonic() + timeout_s
        while not self._work.is_cancelled:
            left_s = max(0.0, give_up_s - time.monotonic())
            data = self._line.read(min(left_s, _POLL_S))
            if data or left_s <= _POLL_S:
                return data
        raise CancelledError


@contextlib.contextmanager
def cancellable(device: Device, work: Work) -> Iterator[None]:
    """Within the block, `device` raises CancelledError soon after `work` was cancelled."""
    line = device.stream
    device.stream = _CancellableLine(line, work)
    try:
        yield
    finally:
        device.stream = line
