"""A stream of bytes to a device."""

from __future__ import annotations

import math
import os
import select
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from harness.errors import HarnessError, TargetError

_READ_BYTES = 1 << 16
_WRITE_TIMEOUT_S = 10.0


class ByteStream(Protocol):
    """What the link needs of a line to a device."""

    def read(self, timeout_s: float) -> bytes:
        """Bytes that have arrived, at least one; empty when none came in time.

        Raises:
            TargetError: the other side is gone.
        """

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            TargetError: the other side is gone, or takes no bytes for 10 s.
        """

    def close(self) -> None:
        """Give the line up; closing twice is harmless."""


@runtime_checkable
class SerialStream(ByteStream, Protocol):
    """A line with a rate."""

    def set_baud(self, baud: int) -> None:
        """Send what waits at the old rate, then go on at `baud` bits a second.

        Raises:
            TargetError: the port is gone, or has no such rate.
        """


class Line(Protocol):
    """An open socket, terminal or serial port."""

    def fileno(self) -> int: ...
    def close(self) -> None: ...


class DescriptorStream:
    """A `ByteStream` over a file descriptor.

    Args:
        line: owns the descriptor, which becomes non-blocking.
        explain_end: says why the other side is gone.
    """

    def __init__(self, line: Line, explain_end: Callable[[], HarnessError]) -> None:
        self._line = line
        self._explain_end = explain_end
        self._descriptor = line.fileno()
        os.set_blocking(self._descriptor, False)
        self._readable = select.poll()
        self._readable.register(self._descriptor, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._descriptor, select.POLLOUT)

    def read(self, timeout_s: float) -> bytes:
        if not self._readable.poll(_milliseconds(timeout_s)):
            return b""
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError:  # a terminal's way to say that the other side is closed
            data = b""
        if not data:
            raise self._explain_end()
        return data

    def write(self, data: bytes) -> None:
        give_up_s = time.monotonic() + _WRITE_TIMEOUT_S
        rest = memoryview(data)
        while rest:
            if not self._writable.poll(_milliseconds(give_up_s - time.monotonic())):
                raise TargetError(f"the target took no bytes for {_WRITE_TIMEOUT_S:g} s", "see whether it hangs")
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._explain_end() from None

    def close(self) -> None:
        self._line.close()


def _milliseconds(seconds: float) -> int:
    return max(0, math.ceil(1000 * seconds))
