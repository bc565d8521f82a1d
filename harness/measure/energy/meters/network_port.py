"""A meter's serial port on another computer: its bytes over TCP, as they are or within telnet, as RFC 2217 has them.

pyserial knows both, but takes byte by byte what a meter sends at 400,000 a second. The port's rate stays as it is:
meters on USB take any.
"""

from __future__ import annotations

import re
import select
import socket
from urllib.parse import urlsplit

_CONNECT_TIMEOUT_S = 10.0
_WRITE_TIMEOUT_S = 2.0
_POLL_S = 0.02
_READ_BYTES = 1 << 16

_IAC = b"\xff"  # begins a command of telnet (RFC 854); doubled it is a byte of the data
_WILL_AND_DO_BINARY = b"\xff\xfb\x00\xff\xfd\x00"  # RFC 856: no byte but IAC means anything
_COMMAND = re.compile(
    rb"\xff(?:(?P<data>\xff)|[\xfb-\xfe].|\xfa(?:[^\xff]|\xff[^\xf0])*\xff\xf0|[\xf1-\xf9]|(?P<begun>(?:[\xfb-\xfe]|\xfa.*)?)\Z)",
    re.DOTALL,
)


class NetworkPort:
    """The port at a URL of pyserial's, socket://HOST:PORT.

    Raises:
        OSError: nobody serves it (so for every method: it is lost).
        ValueError: the URL has no host or port.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.hostname or not parts.port:
            raise ValueError("its URL needs a host and a port")
        self._socket = socket.create_connection((parts.hostname, parts.port), _CONNECT_TIMEOUT_S)
        self._socket.settimeout(_WRITE_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> bytes:
        """What came; after 0.02 s nothing."""
        if not select.select([self._socket], [], [], _POLL_S)[0]:
            return b""
        if data := self._socket.recv(_READ_BYTES):
            return data
        raise ConnectionResetError("the connection was closed")

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def close(self) -> None:
        self._socket.close()


class TelnetPort(NetworkPort):
    """The port at rfc2217://HOST:PORT."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._received = Received()
        super().write(_WILL_AND_DO_BINARY)

    def read(self) -> bytes:
        return self._received.data_of(super().read())

    def write(self, data: bytes) -> None:
        super().write(data.replace(_IAC, _IAC + _IAC))


class Received:
    """What comes by telnet, in pieces."""

    def __init__(self) -> None:
        self._begun = b""  # a command, the rest of which has not come yet

    def data_of(self, piece: bytes) -> bytes:
        """The data that a piece brings, without telnet's commands."""
        stream, self._begun = self._begun + piece, b""
        return _COMMAND.sub(self._replace, stream)

    def _replace(self, command: re.Match[bytes]) -> bytes:
        if command["begun"] is not None:
            self._begun = command[0]
        return command["data"] or b""
