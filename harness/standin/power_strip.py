"""A power strip on the network, as labgrid's power model `rest` expects one, for boards that are stand-ins.

`GET` and `PUT /relay/<number>/value` read and switch an outlet, with "0" or "1". `PUT /relay/<number>/fault` has the
board behind it fail in a way of its own, and `GET /` tells what is plugged in. Outlets count from 0.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness.closing import Closing
from harness.errors import HarnessError
from harness.standin.reserved_port import LOOPBACK

_PATH = re.compile(r"/relay/(\d{1,6})/(value|fault)")
_LONGEST_WORD_BYTES = 16
_LONGEST_WAIT_S = 0.1  # then it looks whether it is to end

Actions = Mapping[str, Callable[[], None]]


@dataclass(frozen=True)
class Outlet:
    """What is plugged in, and what its switch does.

    Attributes:
        faults: what each word for `fault` does.
    """

    description: str
    is_on: Callable[[], bool]
    switch_on: Callable[[], None]
    switch_off: Callable[[], None]
    faults: Actions = field(default_factory=dict)

    def actions(self, key: str) -> Actions:
        return self.faults if key == "fault" else {"0": self.switch_off, "1": self.switch_on}


class PowerStrip(Closing):
    """Serves until `close`, on a free port of the loopback.

    Attributes:
        host: what labgrid's NetworkPowerPort has as its `host`, with a place for the outlet's number.
    """

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        self._server = _Server(outlets)
        self.address = f"http://{LOOPBACK}:{self._server.server_port}/"
        self.host = self.address + "relay/{index}/value"
        serve = functools.partial(self._server.serve_forever, poll_interval=_LONGEST_WAIT_S)
        self._thread = threading.Thread(target=serve, name="power strip", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.outlets = outlets


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/":
            lines = (f"{number} {int(each.is_on())} {each.description}\n" for number, each in self._numbered())
            self._answer(HTTPStatus.OK, "".join(lines))
        elif found := self._found():
            self._answer(HTTPStatus.OK, str(int(found[0].is_on())))

    def do_PUT(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), _LONGEST_WORD_BYTES)
        word = self.rfile.read(length).decode("ascii", "replace").strip()
        if not (found := self._found()):
            return
        outlet, key = found
        actions = outlet.actions(key)
        if word not in actions:
            self._answer(HTTPStatus.BAD_REQUEST, f"{key} {word!r}: one of {', '.join(actions) or 'none'}")
            return
        try:
            actions[word]()
        except HarnessError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, error.cause)
        else:
            self._answer(HTTPStatus.OK, word)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the console is the farm's."""

    def _numbered(self) -> enumerate[Outlet]:
        return enumerate(self.server.outlets)

    def _found(self) -> tuple[Outlet, str] | None:
        """The outlet that is meant, and what of it; where there is none, that is answered."""
        if (match := _PATH.fullmatch(self.path)) and int(match[1]) < len(self.server.outlets):
            return self.server.outlets[int(match[1])], match[2]
        self._answer(HTTPStatus.NOT_FOUND, f"{self.path}: outlets are 0 to {len(self.server.outlets) - 1}")
        return None

    def _answer(self, status: HTTPStatus, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
