"""`harness estimate`: does a model fit which board, how fast, for how long on a battery?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.cli.boards import add_boards_file_option, known_boards
from harness.config import Board, choose_engines, pick_boards
from harness.config.battery import BATTERIES, battery
from harness.config.defaults import DEFAULT_TIMEOUT_S
from harness.config.numbers import rate, seconds
from harness.errors import ConfigError

ALL = "all"


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("estimate", help="which boards a .tflite fits, how fast, for how long on a battery")
    parser.add_argument("model", type=Path, help="a .tflite file")
    parser.add_argument(
        "--board", action="append", metavar="NAME[,NAME]", help="`harness boards` lists them (default: all)"
    )
    parser.add_argument("--engine", metavar="NAME", help="builtin, tflm, tflm-ref or auto (default: the board's)")
    parser.add_argument(
        "--duty-cycle", type=rate, default="1/60s", metavar="N/TIME", help="inferences, e.g. 10/s, 4/h (default: 1/60s)"
    )
    parser.add_argument(
        "--battery",
        type=battery,
        default="cr2032",
        metavar="NAME",
        help=f"{', '.join(BATTERIES)}, or a capacity such as 1000mAh (default: cr2032)",
    )
    parser.add_argument(
        "--inference-timeout", type=seconds, default=DEFAULT_TIMEOUT_S, metavar="S", help="of one inference, in seconds"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    add_boards_file_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    from rich.console import Console

    from harness.measure import Bench, estimate_boards
    from harness.model import read_model_file
    from harness.report import Outlook, outlook_json, render_outlook
    from harness.report.progress import progress_bar

    if options.engine and "," in options.engine:
        raise ConfigError(f"--engine={options.engine}: several engines", "estimate with one of them at a time")
    known = known_boards(options)
    benches = [
        Bench(board, engine.name, timeout_s=options.inference_timeout, engine_chosen_by=engine.chosen_by)
        for board in _boards(options.board, known)
        for engine in choose_engines(options.engine, board.engine)
    ]
    model = read_model_file(options.model)
    with progress_bar(Console(stderr=True, quiet=options.json), model.name, len(benches)) as advance:
        outlook = Outlook(model, estimate_boards(model, benches, known, advance), options.duty_cycle, options.battery)
    if options.json:
        print(json.dumps(outlook_json(outlook), indent=2))
    else:
        render_outlook(outlook, Console())
    return int(all(found.fit != "yes" for found in outlook.estimates))


def _boards(names: list[str] | None, known: Mapping[str, Board]) -> tuple[Board, ...]:
    """The boards named; all that are a microcontroller's where none are."""
    if names is None or ALL in names:
        return tuple(board for board in known.values() if board.clock_hz is not None)
    return pick_boards(known, names)
