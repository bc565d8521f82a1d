"""`harness farm demo`: a farm of stand-ins on this computer, with labgrid's own coordinator and exporters."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import tempfile
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cli.boards import add_boards_file_option, known_boards
from harness.config import pick_board
from harness.config.farm import DEFAULT_ADDRESS
from harness.config.numbers import tcp_port_or_any
from harness.errors import ConfigError
from harness.processes import end_with_parent

if TYPE_CHECKING:
    from harness.standin.farm import DemoFarm

_MEND_S = 1.0


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("farm demo", help="play a farm: labgrid's coordinator and exporters, emulated boards")
    parser.add_argument("-n", type=int, default=4, metavar="N", help="emulated boards, 4 by default")
    parser.add_argument("--board", default="stm32l475", metavar="NAME[,NAME]", help="what they are, in turn")
    parser.add_argument(
        "--desk", type=int, default=0, metavar="N", help="boards as silicon is reached: pyocd server, ser2net"
    )
    parser.add_argument("--meter", choices=("lpm01a", "otii", "ppk2"), help="play this power meter on each --desk, too")
    parser.add_argument(
        "--port",
        type=tcp_port_or_any,
        default=int(DEFAULT_ADDRESS.partition(":")[2]),
        metavar="N",
        help="the coordinator's (default: %(default)d, labgrid's); 0: a free one",
    )
    add_boards_file_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Play until Ctrl-C, SIGTERM or the end of the program that started it."""
    from harness.standin.farm import DemoFarm

    if options.n < 0 or options.desk < 0 or not options.n + options.desk:
        raise ConfigError(f"-n {options.n} --desk {options.desk}: a farm has a board at least", "say -n 4")
    if options.meter and not options.desk:
        raise ConfigError(f"--meter={options.meter}: emulated boards draw no current", "say --desk 1, too")
    end_with_parent(signal.SIGTERM)
    known = known_boards(options)
    boards = [pick_board(known, name) for name in options.board.split(",")]
    with (
        tempfile.TemporaryDirectory(prefix="tinyhil-farm-") as folder,
        DemoFarm(boards, options.n, [options.meter] * options.desk, Path(folder), options.port) as farm,
    ):
        print(_advice(farm, options.board), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while not threading.Event().wait(_MEND_S):
                for line in farm.mend():
                    print(line, flush=True)
    return 0


def _advice(farm: DemoFarm, boards: str) -> str:
    from harness.report.wording import counted

    elsewhere = "" if farm.address == DEFAULT_ADDRESS else f" --farm={farm.address}"
    places = "\n".join(f"  {name:8}  {board.description}" for name, board in farm.boards.items())
    spreading = "" if find_spec("xdist") else "  pip install 'tinyhil[parallel]'   # once, for -n\n"
    desks = "   # --farm-tag=kind=desk: on desks alone" if "desk-1" in farm.boards else ""
    return (
        f"a farm at {farm.address}, of this computer alone: {counted(len(farm.boards), 'place')}\n"
        f"{places}\n"
        f"run, in another terminal:\n"
        f"{spreading}"
        f"  pytest -n {len(farm.boards)} --target=farm{elsewhere} --board={boards} suites{desks}\n"
        f"  harness farm status{elsewhere}\n"
        f"  curl -X PUT -d die {farm.strip.address}relay/0/fault   # or hang; {farm.strip.address} lists all\n"
        f"Ctrl-C ends it (process {os.getpid()})"
    )
