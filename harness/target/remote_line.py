"""The serial line of a place of a farm."""

from __future__ import annotations

import contextlib
import socket
from typing import Protocol

from harness.errors import TargetError
from harness.farm import FarmPlace
from harness.target.serial_line import open_rfc2217
from harness.target.stream import ByteStream, DescriptorStream, SerialStream

_CONNECT_TIMEOUT_S = 10.0
_READ_BYTES = 1 << 16


class RemoteLine(ByteStream, Protocol):
    """A line that outlives the starts of its board."""

    def restart(self) -> None:
        """Go back to the rate of a start, and forget what came.

        Raises:
            TargetError: the line is lost.
        """


class RawLine(DescriptorStream):
    """The bytes of a line as they are, over a socket; its rate is its exporter's affair."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(
            connection, lambda: TargetError("its serial line was closed", "see whether the board lost its power")
        )
        self._connection = connection

    def restart(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._connection.recv(_READ_BYTES):
                pass


def open_line(place: FarmPlace) -> RemoteLine:
    """The line to the board at a place.

    Raises:
        FarmError: it has none, or one of an unknown protocol.
        TargetError: nobody serves it.
    """
    port = place.serial
    if port.url.startswith("rfc2217:"):
        return open_rfc2217(port.address, "its serial line")
    connection = connect(port.address, "serial line")
    connection.setblocking(False)
    return RawLine(connection)


def connect(address: tuple[str, int], what: str) -> socket.socket:
    """An open connection, whose small packets leave at once.

    Raises:
        TargetError: nobody answers.
    """
    try:
        connection = socket.create_connection(address, _CONNECT_TIMEOUT_S)
    except OSError as error:
        raise TargetError(
            f"its {what} at {address[0]}:{address[1]} cannot be reached: {error.strerror or error}",
            "see whether it has power",
        ) from None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class LeasedLine:
    """A line that fails when its place is lost: another run may be writing to it."""

    def __init__(self, line: ByteStream, lease: Lease) -> None:
        self._line = line
        self._lease = lease

    def read(self, timeout_s: float) -> bytes:
        self._lease.check()
        return self._line.read(timeout_s)

    def write(self, data: bytes) -> None:
        self._lease.check()
        self._line.write(data)

    def close(self) -> None:
        self._line.close()


class LeasedSerialLine(LeasedLine):
    """The same of a line with a rate."""

    def __init__(self, line: SerialStream, lease: Lease) -> None:
        super().__init__(line, lease)
        self.set_baud = line.set_baud


class Lease(Protocol):
    """What a line needs of a lease."""

    def check(self) -> None:
        """Raises: TargetError: it is lost."""


def leased(line: ByteStream, lease: Lease) -> LeasedLine:
    return LeasedSerialLine(line, lease) if isinstance(line, SerialStream) else LeasedLine(line, lease)
