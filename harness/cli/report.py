"""`harness report`: print a session again, or list what there is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("report", help="print a session again")
    parser.add_argument("session", nargs="?", default="latest", help="an id, a path, or latest (default)")
    parser.add_argument("--list", action="store_true", help="list the sessions instead")
    parser.add_argument("--markdown", action="store_true", help="as Markdown")
    parser.add_argument("--reports-dir", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from rich.console import Console

    from harness.report import find_session, list_sessions, read_session, render_markdown, render_terminal

    if options.list:
        sessions = list_sessions(options.reports_dir)
        for path, info in sessions.items():
            print(f"{path.name}  {info.outcome_text:12}  {', '.join(info.boards)}")
        if not sessions:
            print(f"no session in {options.reports_dir}")
        return 0
    tables = read_session(find_session(options.reports_dir, options.session))
    if options.markdown:
        print(render_markdown(tables), end="")
    else:
        render_terminal(tables, Console())
    return 0
