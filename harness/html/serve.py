"""All sessions of a folder, over HTTP, for a browser on this computer."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from harness.errors import HarnessError, ReportError
from harness.history import read_index
from harness.html.models import find_models
from harness.html.page import content_policy, render, render_html
from harness.html.trend_runs import session_trends
from harness.report.store import read_session

LOOPBACK = "127.0.0.1"
_HTML = "text/html; charset=utf-8"
_SESSION = "/sessions/"


class ReportServer(ThreadingHTTPServer):
    """Serves a list of the sessions in a folder, and the report of each; both are read when they are asked for.

    What is asked for is looked up among the sessions there are and never becomes a path of its own.
    """

    daemon_threads = True

    def __init__(self, reports_dir: Path, models_dir: Path, host: str = LOOPBACK, port: int = 0) -> None:
        """Port 0 is any free one.

        Raises:
            ReportError: the address is taken, or not one of this computer's.
        """
        self.reports_dir = reports_dir
        self.models_dir = models_dir
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise ReportError(
                f"{host}:{port}: {error.strerror or error}", "choose another --port, or an address of this computer"
            ) from None

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}/"

    def is_loopback(self) -> bool:
        return ip_address(str(self.server_address[0])).is_loopback


class _Handler(BaseHTTPRequestHandler):
    server: ReportServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self._is_for_us():
            self._answer(HTTPStatus.FORBIDDEN, "text/plain", b"ask by this computer's own name\n")
            return
        status, page = self._page(unquote(urlsplit(self.path).path))
        self._answer(status, _HTML, page.encode("utf-8", "replace"))

    do_HEAD = do_GET  # noqa: N815  its name in http.server

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the terminal is the user's."""

    def _is_for_us(self) -> bool:
        """On loopback, a name that a stranger's DNS points here must not let a stranger's page read the reports."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        return not self.server.is_loopback() or host == "localhost" or _is_loopback_address(host)

    def _page(self, path: str) -> tuple[HTTPStatus, str]:
        index = read_index(self.server.reports_dir)
        if path == "/":
            newest_first = list(index.summaries.values())[::-1]
            page = render(
                "sessions.html", folder=index.folder, summaries=newest_first, unreadable=dict(index.unreadable)
            )
            return HTTPStatus.OK, page
        name = path.removeprefix(_SESSION)
        if path == name or name not in index.summaries:
            return HTTPStatus.NOT_FOUND, render("message.html", title="Not found", message="There is no such session.")
        return self._report(index.folder / index.summaries[name].id)

    def _report(self, folder: Path) -> tuple[HTTPStatus, str]:
        try:
            tables = read_session(folder)
            trends = session_trends(tables, folder.parent, Path.cwd())
        except HarnessError as error:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            return status, render("message.html", title="Cannot be read", message=str(error))
        models = find_models(self.server.models_dir, tables.run_records)
        return HTTPStatus.OK, render_html(tables, models, trends=trends)

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": f"{content_policy()}; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _is_loopback_address(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
