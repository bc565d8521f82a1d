"""`harness doctor`: what this machine has of what it must have; with `--line`, whether the line to a board holds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.cli.boards import add_boards_file_option, add_place_options, chosen_places, known_boards
from harness.config import pick_board
from harness.config.numbers import positive
from harness.setup.__main__ import check

if TYPE_CHECKING:
    from harness.standin.line_check import LineCheck

_RATES = (0.0, 0.0001, 0.001, 0.01)  # of damaged bytes


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("doctor", help="list every requirement: found, or how to get it; or check a line")
    parser.add_argument("--line", action="store_true", help="send frames to a board and back over a line with faults")
    parser.add_argument("--board", default="native", metavar="NAME", help="with --line: which (default: native)")
    parser.add_argument("--frames", type=positive, default=1000, metavar="N", help="for each rate of faults")
    parser.add_argument("--frame-bytes", type=positive, default=64, metavar="N", help="that a frame carries")
    add_place_options(parser)
    add_boards_file_option(parser)
    parser.set_defaults(execute=lambda options: _check_line(options) if options.line else check())


def _check_line(options: argparse.Namespace) -> int:
    from harness.measure import Bench
    from harness.standin.echo import echo_model
    from harness.standin.faulty_line import FaultRates
    from harness.standin.line_check import check_line

    board = pick_board(known_boards(options), options.board)
    place = chosen_places(options, [board])[board.name]
    model = echo_model(options.frame_bytes)
    with Bench(board, target=place.kind, instance=place.instance, farm=place.farm).start(model) as device:
        checks = [check_line(device, model.data, FaultRates.damage(rate), options.frames) for rate in _RATES]
    print(f"{board.name}, {place.kind}: {options.frames:,} vectors of {options.frame_bytes} bytes, there and back")
    _print_table(checks)
    print("faults are put before the board's own line, which the first row shows alone")
    return int(any(one.wrong for one in checks))


def _print_table(checks: Sequence[LineCheck]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    headings = (
        "faults\nper byte",
        "bytes",
        "damaged",
        "bad\nframes",
        "sent\nagain",
        "given\nup",
        "wrong",
        "seconds",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for rate, one in zip(_RATES, checks, strict=True):
        counts = (one.carried_bytes, one.damaged_bytes, one.bad_frames, one.resent_frames, one.given_up, one.wrong)
        table.add_row(f"{rate:g}", *(f"{count:,}" for count in counts), f"{one.seconds:.2f}")
    Console().print(table)
