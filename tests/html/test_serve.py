from __future__ import annotations

import http.client
from pathlib import Path

import pytest

from harness.errors import ReportError
from harness.html import ReportServer
from harness.report.store import SESSION_FILE


def ask(
    server: ReportServer, path: str, method: str = "GET", host: str = "localhost"
) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.headers)
    finally:
        connection.close()


def sessions(server: ReportServer) -> list[Path]:
    return sorted(path for path in server.reports_dir.iterdir() if (path / SESSION_FILE).exists())


def test_the_list_has_every_session_the_newest_first(server: ReportServer) -> None:
    status, page, headers = ask(server, "/")
    older, newer = (page.index(f'href="/sessions/{folder.name}"') for folder in sessions(server))
    assert (status, newer < older) == (200, True)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_session_has_its_report(server: ReportServer) -> None:
    folder = sessions(server)[0]
    status, page, _ = ask(server, f"/sessions/{folder.name}?any=thing")
    assert (status, f"<title>{folder.name}</title>" in page) == (200, True)


def test_head_has_no_body(server: ReportServer) -> None:
    status, body, headers = ask(server, "/", "HEAD")
    assert (status, body) == (200, "")
    assert int(headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/../secret.txt",
        "/sessions/..%2fsecret.txt",
        "/sessions/%2e%2e/secret.txt",
        "/../../secret.txt",
        "//secret.txt",
        "/sessions/",
        "/sessions/.",
        "/sessions/nobody",
        "/secret.txt",
        "/sessions/%00",
        "/sessions/<script>",
    ],
)
def test_nothing_but_sessions_can_be_asked_for(server: ReportServer, path: str) -> None:
    status, page, _ = ask(server, path)
    assert status == 404
    assert "secret" not in page
    assert page.count("<script>") == 1


def test_a_stranger_whose_name_points_here_gets_nothing(server: ReportServer) -> None:
    assert ask(server, "/", host="stranger.example:80")[0] == 403
    assert ask(server, "/", host="127.0.0.1:8017")[0] == 200
    assert ask(server, "/", host="[::1]:8017")[0] == 200


def test_a_damaged_session_is_named_on_the_list(server: ReportServer) -> None:
    folder = sessions(server)[0]
    (folder / "runs.parquet").write_bytes(b"PAR1")
    status, page, _ = ask(server, "/")
    assert (status, f"<b>{folder.name}</b>: runs.parquet" in page) == (200, True)
    assert ask(server, f"/sessions/{folder.name}")[0] == 404


def test_a_session_that_breaks_after_the_list_was_made_says_so(server: ReportServer) -> None:
    folder = sessions(server)[0]
    content = (folder / "layers.parquet").read_bytes()
    (folder / "layers.parquet").write_bytes(b"PAR1" + b"\xff" * 16 + content[20:])
    status, page, _ = ask(server, f"/sessions/{folder.name}")
    assert (status, folder.name in page) == (500, True)


def test_an_address_that_is_taken_is_refused(server: ReportServer, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="choose another --port"):
        ReportServer(tmp_path, tmp_path, port=server.server_address[1])


def test_settings_that_cannot_be_used_are_named_on_the_page(
    server: ReportServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.tinyhil.compare]\nfloor = -1\n")
    status, page, _ = ask(server, f"/sessions/{sessions(server)[0].name}")
    assert (status, "tool.tinyhil.compare.floor" in page) == (500, True)
