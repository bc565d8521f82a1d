"""`harness desk`: a stand-in for a board on the desk, with its probe, serial port and power meter."""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import shlex
import signal
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.boards import add_boards_file_option, known_boards
from harness.config import pick_board
from harness.config.numbers import positive
from harness.processes import end_with_parent

if TYPE_CHECKING:
    from harness.standin.desk import Desk


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("desk", help="play an attached board: a simulated probe, QEMU, a serial port, a meter")
    parser.add_argument("--board", required=True, metavar="NAME", help="one that can be attached and is emulated")
    parser.add_argument("--meter", choices=("lpm01a", "otii", "ppk2"), help="play this power meter, too")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where the desk is, and its flash is kept")
    parser.add_argument(
        "--baud-limit", type=positive, default=math.inf, metavar="N", help="rates above N are garbled on its line"
    )
    add_boards_file_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Play until Ctrl-C, SIGTERM or the end of the program that started it."""
    from harness.standin.desk import Desk

    end_with_parent(signal.SIGTERM)
    board = pick_board(known_boards(options), options.board)
    with contextlib.ExitStack() as resources:
        folder = options.folder or Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="tinyhil-desk-")))
        desk = resources.enter_context(Desk(board, folder, options.meter, options.baud_limit))
        print(_advice(desk), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


def _advice(desk: Desk) -> str:
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in desk.environment.items())
    command = f"pytest --board={desk.board_name} --target=attached --boards-file={shlex.quote(str(desk.boards_file))}"
    return (
        f"a stand-in for {desk.board_name}, not silicon: {desk.folder}\n"
        f"run, in another terminal:\n  {variables} {command}\n"
        f"Ctrl-C ends it (process {os.getpid()})"
    )
