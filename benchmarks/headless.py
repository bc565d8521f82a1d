"""Debian's Chromium without a screen."""

from __future__ import annotations

import base64
import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from selenium import webdriver

# Without these it looks for a GPU, a display and its vendor's servers.
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
DARK = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
LIGHT = {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
# Two frames on, what was laid out has been painted.
PAINTED = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))"


@contextlib.contextmanager
def headless_chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser that keeps its console's messages for `get_log("browser")`.

    Args:
        profile: an empty folder.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()


def show_at(browser: webdriver.Chrome, width: int, height: int, theme: dict[str, object]) -> None:
    """A window of that many pixels, in the theme."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", theme)


def drawn_ms(browser: webdriver.Chrome, url: str) -> float:
    """From the start of the navigation until the page has been painted."""
    browser.get(url)
    return float(browser.execute_async_script(PAINTED))


def take_picture(browser: webdriver.Chrome, url: str, begin: str, file: Path) -> None:
    """The window with a page, from the first element on that the CSS selector `begin` means, as PNG."""
    browser.get(url)
    browser.execute_script("document.querySelector(arguments[0]).scrollIntoView()", begin)
    picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    file.write_bytes(base64.b64decode(picture))
