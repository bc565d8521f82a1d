"""`harness trend`: figures over commits, and the commits that changed them."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.compare import write_text
from harness.cli.report import add_reports_dir_option
from harness.cli.report_list import BOUNDLESS, add_filters, wanted_sessions
from harness.config.numbers import positive
from harness.errors import ConfigError, ReportError

if TYPE_CHECKING:
    from harness.history.trend import Trend

FORMATS = ("terminal", "markdown", "json")


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("trend", help="figures over commits, and the commits that changed them")
    add_filters(parser)
    parser.add_argument("--metric", action="append", default=[], metavar="METRIC", help="may be given more than once")
    parser.add_argument("--commits", type=positive, metavar="N", help="the newest N that have a session; default: all")
    parser.add_argument("--dirty", action="store_true", help="also sessions of dirty checkouts")
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="default: terminal")
    parser.add_argument("--html", type=Path, metavar="DIR", help="write a site there: an index and a page per board")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead")
    add_reports_dir_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from harness.history import read_index
    from harness.history.listing import unreadable_lines
    from harness.history.trend import find_trend

    _check_metrics(options.metric)
    if options.html and (options.output or options.format != FORMATS[0]):
        raise ConfigError("--html goes neither with --output nor with --format", "leave them out: a site is a folder")
    index = read_index(options.reports_dir)
    wanted = wanted_sessions(options, dirty=None if options.dirty else False)
    trend = find_trend(index, Path.cwd(), wanted, options.metric, options.commits)
    if options.html:
        from harness.html import write_trend_site

        print(write_trend_site(trend, options.html))
    else:
        write_text(_rendered(trend, options.format), options.output)
    for line in unreadable_lines(trend.unreadable):
        print(line, file=sys.stderr)
    return 1 if trend.unreadable else 0


def _check_metrics(names: list[str]) -> None:
    """Raises: ReportError: there is no such metric."""
    from harness.config.toml import suggest
    from harness.history.metrics import METRICS_BY_NAME

    for name in names:
        if name not in METRICS_BY_NAME:
            raise ReportError(f"no metric {name!r}", f"use {suggest(name, METRICS_BY_NAME)}")


def _rendered(trend: Trend, form: str) -> str:
    from harness.history.trend_json import trend_json
    from harness.history.trend_markdown import trend_markdown
    from harness.history.trend_text import trend_lines

    if form == "json":
        return json.dumps(trend_json(trend), indent=1) + "\n"
    if form == "markdown":
        return trend_markdown(trend)
    width = shutil.get_terminal_size((BOUNDLESS, 0)).columns
    return "".join(f"{line}\n" for line in trend_lines(trend, width))
