"""A Unix socket that takes commands: a line each, answered by `ok` or by `error` and the reason."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.errors import HarnessError, TargetError

_LONGEST_WAIT_S = 0.1  # then it looks whether it is to end
_READ_BYTES = 4096


class Control:
    """Executes commands one at a time, in one thread, until `close`.

    Args:
        path: of the socket; one that a dead process left is replaced.
        commands: what each word does. Their HarnessErrors, and the system's errors, are answers.

    Raises:
        TargetError: the socket cannot be made.
    """

    def __init__(self, path: Path, commands: Mapping[str, Callable[[], None]]) -> None:
        self._path = path
        self._commands = commands
        self._closing = threading.Event()
        self._clients = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            path.unlink(missing_ok=True)
            self._listener.bind(str(path))
        except OSError as error:
            self._listener.close()
            raise TargetError(f"{path}: no socket can be made: {error}", "take a folder with a short path") from None
        self._listener.listen()
        self._clients.register(self._listener, selectors.EVENT_READ)
        self._partial: dict[socket.socket, bytes] = {}
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        for client in [*self._partial, self._listener]:
            client.close()
        self._clients.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._closing.is_set():
            for key, _ in self._clients.select(_LONGEST_WAIT_S):
                if key.fileobj is self._listener:
                    self._greet()
                else:
                    assert isinstance(key.fileobj, socket.socket)
                    self._hear(key.fileobj)

    def _greet(self) -> None:
        client, _ = self._listener.accept()
        self._clients.register(client, selectors.EVENT_READ)
        self._partial[client] = b""

    def _hear(self, client: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = client.recv(_READ_BYTES)
        *lines, self._partial[client] = (self._partial[client] + data).split(b"\n")
        with contextlib.suppress(OSError):  # it did not wait for the answer
            for line in lines:
                client.sendall(self._execute(line.decode("utf-8", "replace").strip()).encode() + b"\n")
        if not data:
            self._clients.unregister(client)
            del self._partial[client]
            client.close()

    def _execute(self, word: str) -> str:
        if word not in self._commands:
            return f"error unknown command {word!r}: one of {', '.join(self._commands)}"
        try:
            self._commands[word]()
        except (HarnessError, OSError) as error:
            reason = error.cause if isinstance(error, HarnessError) else str(error)
            return f"error {reason}".replace("\n", " ")
        return "ok"
