"""`harness report list`: which sessions there are."""

from __future__ import annotations

import argparse
import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.cli.report import add_reports_dir_option

if TYPE_CHECKING:
    from harness.history import Index, SessionFilter, Summary

BOUNDLESS = 1000  # columns, where the output is no terminal

FILTERS = {
    "suite": "with a run of this suite",
    "board": "on this board",
    "engine": "with this engine",
    "branch": "of a checkout of this branch",
}


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("report list", help="list the sessions; exit code 1 where some cannot be read")
    add_filters(parser)
    parser.add_argument("--commit", metavar="COMMIT", help="sessions of this commit; its first digits will do")
    parser.add_argument("--json", action="store_true", help="for other programs")
    add_reports_dir_option(parser)
    parser.set_defaults(execute=execute)


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Which sessions are wanted: what `wanted_sessions` reads."""
    for name, meaning in FILTERS.items():
        parser.add_argument(f"--{name}", metavar=name.upper(), help=f"sessions {meaning}")
    parser.add_argument("--since", type=_time, metavar="TIME", help="2026-01-31 or 2026-01-31T12:00, in UTC")


def wanted_sessions(options: argparse.Namespace, **further: Any) -> SessionFilter:
    from harness.history import SessionFilter

    return SessionFilter(since=options.since, **{name: getattr(options, name) for name in FILTERS}, **further)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-01-31 or 2026-01-31T12:00") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def execute(options: argparse.Namespace) -> int:
    from harness.history import listing_json, read_index

    index = read_index(options.reports_dir)
    wanted = wanted_sessions(options, commit=options.commit)
    summaries = [summary for summary in index.summaries.values() if wanted.matches(summary)]
    if options.json:
        print(json.dumps(listing_json(summaries, index), indent=1))
    else:
        _print_lines(summaries, index)
    return 1 if index.unreadable else 0


def _print_lines(summaries: list[Summary], index: Index) -> None:
    from harness.history import listing_lines, listing_notes, none_found

    lines = [*listing_lines(summaries, shutil.get_terminal_size((BOUNDLESS, 0)).columns)]
    if not summaries:
        lines.append(none_found(index))
    print(*lines, *listing_notes(summaries, index), sep="\n")
