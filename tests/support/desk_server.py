"""The control socket of a desk without a board: keeps what it is told, and answers as asked."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from harness.standin.folder import DeskFolder


@contextlib.contextmanager
def desk_server(folder: DeskFolder, answer: str = "ok") -> Iterator[list[str]]:
    """The commands it was told so far, while the socket `control` is served."""
    told: list[str] = []

    def serve() -> None:
        with contextlib.suppress(OSError):  # shut down
            while True:
                line, _ = server.accept()
                with line:
                    told.append(line.makefile("r").readline().strip())
                    line.sendall(f"{answer}\n".encode())

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder.control))
        server.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            folder.control.unlink()
