"""`harness nightly`: a matrix of boards, suites and engines in a time budget, compared with the last green night."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from harness.cli.report import add_reports_dir_option

_CODES = (
    "exit codes: 0 a green night; 1 a cell failed, or a figure is worse than in the last green night; "
    "2 wrong input, or no farm; 3 nothing ran, or the store is away (the next night pushes); "
    "130 interrupted (--resume goes on)"
)


def add_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "nightly", help="run a matrix in a time budget, compare it with the last green night", epilog=_CODES
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what runs: boards, suites, engines, budget, store")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the last night where it was cut off and nothing has changed"
    )
    add_reports_dir_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from functools import partial

    from harness.config import load_nightly
    from harness.nightly import anew, new_or_resumed, run_night

    begin = new_or_resumed if options.resume else anew
    return run_night(load_nightly(options.file), options.reports_dir, begin, partial(print, flush=True))
