"""A page, and a browser to look at it with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from support.html_sessions import digits_session
from support.suites import SUITES_DIR

from harness.html import find_models, render_html
from harness.report import SessionTables

# Without these Chromium looks for servers of its vendor, and for a display and a GPU.
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session")
def tables() -> SessionTables:
    return digits_session()


@pytest.fixture(scope="session")
def page(tables: SessionTables) -> str:
    return render_html(tables, find_models(SUITES_DIR, tables.run_records))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium of this machine, with a new profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for option in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> webdriver.Chrome:
    """The browser as a desk has it: a wide window, light, nothing on its console."""
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    chromium.get_log("browser")
    return chromium


@pytest.fixture
def page_url(page: str, tmp_path: Path) -> str:
    """Of the page as a file."""
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    return file.as_uri()
