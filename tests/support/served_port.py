"""A serial port served over TCP, byte for byte."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def served(path: str) -> Iterator[int]:
    """The port of this computer at which one client at a time has the serial port, until the block ends."""
    ending, end = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, path, ending))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            os.close(end)
            thread.join()
            os.close(ending)


def _serve(server: socket.socket, path: str, ending: int) -> None:
    client, _ = server.accept()
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    with client:
        while ending not in (ready := select.select([client, port, ending], [], [])[0]):
            if port in ready:
                client.sendall(os.read(port, 4096))
            if client in ready:
                if not (data := client.recv(4096)):
                    break
                os.write(port, data)
    os.close(port)
