"""One direction of a serial line: a thread that carries bytes from one end to the other."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from harness.errors import TargetError
from harness.link.client import Stream

_LONGEST_READ_S = 0.05  # then it looks whether it is to end


class Wire(Protocol):
    """What one direction of a line does to the bytes on it."""

    def carry(self, data: bytes, since_s: float) -> Iterable[tuple[float, bytes]]:
        """The pieces that arrive of `data`, in order, each with the time when it does.

        Args:
            since_s: `data` was sent then or later. Times are those of time.monotonic().
        """


class Lane:
    """Carries bytes from `source` over `wire` to `sink`, until `close` or until an end is gone.

    Args:
        when_gone: called once when an end is gone.
    """

    def __init__(self, source: Stream, wire: Wire, sink: Stream, when_gone: Callable[[], None] = lambda: None) -> None:
        self._source = source
        self._wire = wire
        self._sink = sink
        self._when_gone = when_gone
        self._looked_s = time.monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lane", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop carrying; closing twice is harmless."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(TargetError):
            while not self._closing.is_set():
                self._carry_on()
        self._when_gone()

    def _carry_on(self) -> None:
        data, since_s = self._take()
        if not data:
            return
        for arrival_s, piece in self._wire.carry(data, since_s):
            time.sleep(max(0.0, arrival_s - time.monotonic()))
            self._sink.write(piece)

    def _take(self) -> tuple[bytes, float]:
        """Bytes, and the time since when they may have been waiting."""
        looked_s, self._looked_s = self._looked_s, time.monotonic()
        if data := self._source.read(0.0):
            return data, looked_s
        data = self._source.read(_LONGEST_READ_S)
        self._looked_s = time.monotonic()
        return data, self._looked_s
