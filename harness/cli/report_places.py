"""`harness report push`, `pull` and `mark`: sessions to a shared place and from it, and which of them were green."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from harness.cli.report import add_reports_dir_option

if TYPE_CHECKING:
    from harness.history import Moved


def add_parser(commands: Any) -> None:
    push = commands.add_parser("report push", help="copy sessions to a place that others share")
    pull = commands.add_parser("report pull", help="copy sessions from there")
    for parser in (push, pull):
        parser.add_argument(
            "place", metavar="PLACE", help="a folder that there is, or a URL such as s3://bucket/folder"
        )
        parser.add_argument("sessions", nargs="*", metavar="SESSION", help="an id; by default all that there are")
        add_reports_dir_option(parser)
    push.set_defaults(execute=execute_push)
    pull.set_defaults(execute=execute_pull)
    mark = commands.add_parser("report mark", help="say there that a session was pushed from a green night")
    mark.add_argument("place", metavar="PLACE", help="as for push")
    mark.add_argument("sessions", nargs="+", metavar="SESSION", help="those of the night")
    add_reports_dir_option(mark)
    mark.set_defaults(execute=execute_mark)


def execute_push(options: argparse.Namespace) -> int:
    from harness.history import ended_sessions, open_place, push, read_index
    from harness.report import find_session

    place = open_place(options.place)
    named = [find_session(options.reports_dir, session) for session in options.sessions]
    return _print_moves("pushed", push(named or ended_sessions(read_index(options.reports_dir)), place))


def execute_pull(options: argparse.Namespace) -> int:
    from harness.history import open_place, pull

    return _print_moves("pulled", pull(open_place(options.place), options.reports_dir, options.sessions))


def execute_mark(options: argparse.Namespace) -> int:
    from harness.history import mark_sessions, open_place
    from harness.report import find_session

    night = mark_sessions(
        [find_session(options.reports_dir, each) for each in options.sessions], open_place(options.place)
    )
    print(f"marked {night} as green in {options.place}")
    return 0


def _print_moves(verb: str, moves: Iterable[Moved]) -> int:
    """Say what became of each session, and at the end, if it comes early, too, of how many."""
    from harness.history import Step

    counts: Counter[Step] = Counter()
    try:
        for moved in moves:
            counts[moved.step] += 1
            if moved.step is Step.MOVED:
                print(f"{verb} {moved.id}")
            elif moved.step is Step.SKIPPED:
                print(f"skipped {moved.id}: {moved.reason}", file=sys.stderr)
    finally:
        print(f"{counts[Step.MOVED]} {verb}, {counts[Step.PRESENT]} there before, {counts[Step.SKIPPED]} skipped")
    return 1 if counts[Step.SKIPPED] else 0
