"""`harness bisect`: the first commit that made a figure worse."""

from __future__ import annotations

import argparse
import json
import math
import sys
from functools import partial
from pathlib import Path
from typing import Any

from harness.cli.boards import add_boards_file_option, known_boards
from harness.cli.report import add_reports_dir_option
from harness.config import choose_engines, pick_board
from harness.config.numbers import positive
from harness.config.toml import suggest
from harness.errors import ConfigError
from harness.scan import TARGET_KINDS, check_target

FORMATS = ("terminal", "markdown", "json")


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("bisect", help="which commit made a figure worse; exit code 1 where it stays open")
    parser.add_argument("--board", required=True, metavar="NAME", help="`harness boards` lists them")
    parser.add_argument("--suite", required=True, metavar="NAME", help="a suite, as its folder is called")
    parser.add_argument("--variant", required=True, metavar="NAME", help="of its models, such as int8")
    parser.add_argument("--metric", required=True, metavar="NAME", help="a figure of harness compare, or outcome")
    parser.add_argument("--good", required=True, metavar="REV", help="a commit before it became worse")
    parser.add_argument("--bad", default="HEAD", metavar="REV", help="one after it (default: HEAD)")
    parser.add_argument("--engine", metavar="NAME", help="inside the firmware (default: the board's)")
    parser.add_argument("--target", default="auto", choices=["auto", *TARGET_KINDS], help="default: no attached board")
    parser.add_argument("--vectors", type=positive, metavar="N", help="run only the first N vectors")
    parser.add_argument(
        "--tolerance", type=_part, metavar="PART", help="how much of the value does not count, such as 0.02"
    )
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="default: terminal")
    add_boards_file_option(parser)
    add_reports_dir_option(parser)
    parser.set_defaults(execute=execute)


def _part(text: str) -> float:
    try:
        part = float(text)
    except ValueError:
        part = math.nan
    if not 0 <= part < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no part such as 0.02, which stands for 2 %")
    return part


def execute(options: argparse.Namespace) -> int:
    from harness.history import bisect, bisection_json, bisection_lines, bisection_markdown

    bisection = bisect(
        _question(options),
        (options.good, options.bad),
        reports_dir=options.reports_dir,
        project=Path.cwd(),
        tell=partial(print, file=sys.stderr, flush=True),
    )
    if options.format == "json":
        print(json.dumps(bisection_json(bisection), indent=1))
    elif options.format == "markdown":
        print(bisection_markdown(bisection), end="")
    else:
        print("", *bisection_lines(bisection), sep="\n")
    return 0 if bisection.first_bad else 1


def _question(options: argparse.Namespace) -> Any:
    """Raises: ConfigError: a name in it is none."""
    from harness.history import METRICS_BY_NAME, Question

    if options.metric not in METRICS_BY_NAME:
        raise ConfigError(
            f"unknown metric {options.metric!r}", f"use one of: {suggest(options.metric, METRICS_BY_NAME)}"
        )
    board = pick_board(known_boards(options), options.board)
    (engine,) = choose_engines(options.engine, board.engine)
    return Question(
        metric=options.metric,
        suite=options.suite,
        variant=options.variant,
        board=board.name,
        target=check_target(board, options.target),
        engine=engine.name,
        vectors=options.vectors,
        tolerance=options.tolerance,
        boards_files=tuple(str(file.resolve()) for file in options.boards_file),
    )
