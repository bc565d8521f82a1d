"""Ports for servers that come and go."""

from __future__ import annotations

import socket

from harness.closing import Closing
from harness.errors import TargetError

LOOPBACK = "127.0.0.1"


class ReservedPort(Closing):
    """A TCP port of the loopback that this computer gives to nobody by itself until `close`.

    A server that allows it (SO_REUSEADDR) may listen on it. Before, and when it ended, connections are refused.

    Args:
        number: the port; 0 for any that is free.

    Raises:
        TargetError: a program listens there.
    """

    def __init__(self, number: int = 0) -> None:
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._holder.bind((LOOPBACK, number))
        except OSError as error:
            self._holder.close()
            raise TargetError(
                f"port {number} of {LOOPBACK}: {error.strerror}", "end who has it, or take port 0"
            ) from None
        self.number = int(self._holder.getsockname()[1])

    def close(self) -> None:
        self._holder.close()
