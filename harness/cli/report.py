"""`harness report`: print a session again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

FURTHER = "Further commands: harness report html, serve, list, push, pull, sql, columns."


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("report", help="print a session again", epilog=FURTHER)
    parser.add_argument("session", nargs="?", default="latest", help="an id, a path, or latest (default)")
    parser.add_argument("--markdown", action="store_true", help="as Markdown")
    add_reports_dir_option(parser)
    parser.set_defaults(execute=execute)


def add_reports_dir_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reports-dir", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")


def execute(options: argparse.Namespace) -> int:
    from rich.console import Console

    from harness.report import find_session, read_session, render_markdown, render_terminal

    tables = read_session(find_session(options.reports_dir, options.session))
    if options.markdown:
        print(render_markdown(tables), end="")
    else:
        render_terminal(tables, Console())
    return 1 if tables.malformed else 0
