"""How large a session's HTML report is, and how long Chromium takes to draw it.

python benchmarks/html_report.py SESSION [--screenshots FOLDER]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from conditions import REPOSITORY, print_conditions, print_figure
from headless import DARK, LIGHT, drawn_ms, headless_chromium, show_at, take_picture
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from harness.html import find_models, render_html
from harness.report import read_session

RUNS = 7
LIMIT_BYTES, LIMIT_MS = 1_000_000, 1000
# The file's name: width, height, theme, and the element to begin at.
SCREENSHOTS = {
    "report-light.png": (1200, 1180, LIGHT, "body"),
    "report-dark.png": (1200, 1000, DARK, "#group-0"),
    "report-phone.png": (360, 780, LIGHT, "#group-0 .pictures"),
}
METERED_SCREENSHOTS = {"report-power.png": (1000, 590, LIGHT, "figure.wide")}


def take_screenshots(browser: Chrome, url: str, folder: Path) -> None:
    """Those of a session with a meter, or of one without."""
    browser.get(url)
    is_metered = browser.find_elements(By.CSS_SELECTOR, "figure.wide")
    for name, (width, height, theme, begin) in (METERED_SCREENSHOTS if is_metered else SCREENSHOTS).items():
        show_at(browser, width, height, theme)
        take_picture(browser, url, begin, folder / name)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("session", type=Path, help="its folder")
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER", help="write the pictures of the documentation")
    options = parser.parse_args()
    print_conditions()
    tables = read_session(options.session)
    begin_s = time.perf_counter()
    page = render_html(tables, find_models(REPOSITORY / "suites", tables.run_records)).encode()
    print(f"session   {len(tables.run_records)} runs, {len(tables.vector_records):,} vectors")
    print(f"          rendered in {time.perf_counter() - begin_s:.2f} s")
    with tempfile.TemporaryDirectory() as folder, headless_chromium(Path(folder) / "profile") as browser:
        file = Path(folder) / "report.html"
        file.write_bytes(page)
        drawn = statistics.median(drawn_ms(browser, file.as_uri()) for _ in range(RUNS))
        if options.screenshots:
            take_screenshots(browser, file.as_uri(), options.screenshots)
    print_figure("size of the HTML report", f"{len(page):,} bytes", f"< {LIMIT_BYTES:,}", len(page) < LIMIT_BYTES)
    print_figure(f"drawn in Chromium, median of {RUNS}", f"{drawn:.0f} ms", f"< {LIMIT_MS}", drawn < LIMIT_MS)


if __name__ == "__main__":
    main()
