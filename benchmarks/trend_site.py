"""How large the site of `harness trend --html` is, and how long Chromium takes to draw the largest page of it.

python benchmarks/trend_site.py REPORTS [--screenshots FOLDER]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from conditions import REPOSITORY, print_conditions, print_figure
from headless import LIGHT, drawn_ms, headless_chromium, show_at, take_picture

from harness.history import SessionFilter, read_index
from harness.history.trend import find_trend
from harness.html import write_trend_site

RUNS = 7
LIMIT_BYTES, LIMIT_MS = 1_000_000, 1000
SCREENSHOT = "trend.png"
WIDTH, HEIGHT = 1200, 900


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("reports", type=Path, help="a folder of sessions")
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER", help="write the picture of the documentation")
    options = parser.parse_args()
    print_conditions()
    trend = find_trend(read_index(options.reports), REPOSITORY, SessionFilter(dirty=False))
    print(f"trend     {len(trend.timeline.sessions)} commits, {len(trend.series)} series, {trend.steps:,} steps")
    with tempfile.TemporaryDirectory() as folder, headless_chromium(Path(folder) / "profile") as browser:
        site = write_trend_site(trend, Path(folder) / "site").parent
        page = max(site.iterdir(), key=lambda file: file.stat().st_size)
        size = page.stat().st_size
        drawn = statistics.median(drawn_ms(browser, page.as_uri()) for _ in range(RUNS))
        if options.screenshots:
            show_at(browser, WIDTH, HEIGHT, LIGHT)
            take_picture(browser, page.as_uri(), "#run-0", options.screenshots / SCREENSHOT)
    print_figure("size of the largest page of the trends", f"{size:,} bytes", f"< {LIMIT_BYTES:,}", size < LIMIT_BYTES)
    print_figure(f"drawn in Chromium, median of {RUNS}", f"{drawn:.0f} ms", f"< {LIMIT_MS}", drawn < LIMIT_MS)


if __name__ == "__main__":
    main()
