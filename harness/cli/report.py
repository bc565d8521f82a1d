"""`harness report`: print a session again, or list what there is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

NAMED = 5  # of the sessions that cannot be read for one reason, the newest


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("report", help="print a session again")
    parser.add_argument("session", nargs="?", default="latest", help="an id, a path, or latest (default)")
    parser.add_argument("--list", action="store_true", help="list the sessions instead")
    parser.add_argument("--markdown", action="store_true", help="as Markdown")
    parser.add_argument("--reports-dir", type=Path, default=Path("reports"), metavar="DIR", help="default: reports")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from rich.console import Console

    from harness.report import find_session, read_session, render_markdown, render_terminal

    if options.list:
        _print_listing(options.reports_dir)
        return 0
    tables = read_session(find_session(options.reports_dir, options.session))
    if options.markdown:
        print(render_markdown(tables), end="")
    else:
        render_terminal(tables, Console())
    return 0


def _print_listing(reports_dir: Path) -> None:
    from harness.report import list_sessions

    sessions = list_sessions(reports_dir)
    for path, info in sessions.infos.items():
        print(f"{path.name}  {info.outcome_text:12}  {', '.join(info.boards)}")
    if not sessions.infos:
        print(f"no session in {reports_dir}")
    unreadable: dict[str, list[str]] = {}
    for path, reason in sorted(sessions.unreadable.items(), reverse=True):
        unreadable.setdefault(reason, []).append(path.name)
    for reason, names in unreadable.items():
        more = ", …" if len(names) > NAMED else ""
        print(f"{len(names)} not listed: {reason}: {', '.join(names[:NAMED])}{more}")
