"""A serial port that is none: a pseudo-terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import tty

from harness.errors import TargetError
from harness.target import DescriptorStream

_TCGETS2 = 0x802C542A  # asm-generic/ioctls.h, of the 44 bytes of struct termios2 (asm-generic/termbits.h)
_TERMIOS2 = struct.Struct("=4I20s2I")  # four flag words, line discipline and characters, input and output rate


class PseudoTerminal:
    """A `ByteStream` to whoever opens `path` as a serial port.

    It keeps a hold on the host's end, so that hosts may come and go. As on a real port, what nobody reads is lost.
    """

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._stream = DescriptorStream(self, self._unplugged)

    def fileno(self) -> int:
        return self._master

    @property
    def baud(self) -> int:
        """The rate that the host set, in bits a second.

        Raises:
            TargetError: it is unplugged.
        """
        try:
            settings = fcntl.ioctl(self._slave, _TCGETS2, bytes(_TERMIOS2.size))
        except OSError:
            raise self._unplugged() from None
        return int(_TERMIOS2.unpack(settings)[-1])

    def read(self, timeout_s: float) -> bytes:
        return self._stream.read(timeout_s)

    def write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)

    def hang_up(self) -> None:
        """Unplug it: the host's next read or write fails, and so does the next read here."""
        with open(os.devnull, "r+b", buffering=0) as null:  # noqa: PTH123  the descriptors stay taken until close()
            os.dup2(null.fileno(), self._master)
            os.dup2(null.fileno(), self._slave)

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)

    def _unplugged(self) -> TargetError:
        return TargetError(f"{self.path} is unplugged", "plug it in again")
