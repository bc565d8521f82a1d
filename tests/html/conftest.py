"""A page, and a browser to look at it with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from headless import LIGHT, headless_chromium, show_at
from selenium.webdriver import Chrome
from support.html_sessions import digits_session
from support.suites import SUITES_DIR
from synthetic_sessions import write_sessions

from harness.html import ReportServer, find_models, render_html
from harness.report import SessionTables


@pytest.fixture(scope="session")
def tables() -> SessionTables:
    return digits_session()


@pytest.fixture(scope="session")
def page(tables: SessionTables) -> str:
    return render_html(tables, find_models(SUITES_DIR, tables.run_records))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with headless_chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Chrome) -> Chrome:
    """The browser as a desk has it: a wide window, light, nothing on its console."""
    show_at(chromium, 1200, 1000, LIGHT)
    chromium.get_log("browser")
    return chromium


@pytest.fixture
def page_url(page: str, tmp_path: Path) -> str:
    """Of the page as a file."""
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    return file.as_uri()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ReportServer]:
    """Of a folder with two sessions, beside a file that is nobody's."""
    (tmp_path / "secret.txt").write_text("secret")
    write_sessions(tmp_path / "reports", 2)
    with ReportServer(tmp_path / "reports", tmp_path / "suites") as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()
