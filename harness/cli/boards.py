"""`harness boards`: the boards that the harness knows."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.config import Board, boards_files, load_boards
from harness.config.farm import add_farm_options, read_farm_options
from harness.scan import TARGET_KINDS, Place, choose_places


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("boards", help="list the known boards")
    parser.set_defaults(execute=execute)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--markdown", action="store_true", help="as the table of docs/boards.md")
    instead.add_argument("--scan", action="store_true", help="list what is plugged in, and which entry claims it")
    instead.add_argument("--add", action="store_true", help="ask for, and write, the entry of an attached board")
    add_boards_file_option(parser)


def add_boards_file_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--boards-file", action="append", type=Path, default=[], metavar="FILE", help="a further boards.toml"
    )


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Which instance of a board."""
    parser.add_argument(
        "--target", default="auto", choices=["auto", *TARGET_KINDS], help="which kind of instance (default: auto)"
    )
    parser.add_argument(
        "--attached",
        action="append",
        default=[],
        metavar="NAME",
        help="which attached board, by its entry's name or its probe's unique id; `harness boards --scan` lists them",
    )
    add_farm_options(parser.add_argument)


def chosen_places(options: argparse.Namespace, boards: Sequence[Board]) -> Mapping[str, Place]:
    """Where each board runs, by what the options say."""
    files = boards_files(Path.cwd(), options.boards_file)
    farm = read_farm_options(options.target, options.farm, options.farm_tag, options.farm_timeout)
    return choose_places(boards, options.target, files, options.attached, farm)


def execute(options: argparse.Namespace) -> int:
    if options.scan or options.add:
        from harness.cli import attached

        return attached.scan(options) if options.scan else attached.add(options)
    boards = known_boards(options).values()
    if options.markdown:
        from harness.report.board_table import board_table

        print(board_table(boards), end="")
    else:
        _print_table(boards)
    return 0


def _print_table(boards: Iterable[Board]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("board", "MCU,\ncore, clock", "memories", "arena", "model\nslot", "targets"):
        table.add_column(heading, overflow="fold")
    for board in boards:
        table.add_row(*_row(board), end_section=True)
    Console().print(table)


def known_boards(options: argparse.Namespace) -> dict[str, Board]:
    """The boards that the working folder and `--boards-file` give."""
    return load_boards(boards_files(Path.cwd(), options.boards_file))


def _row(board: Board) -> tuple[str, ...]:
    from harness.report.board_table import binary_size

    clock = f"\n{board.clock_hz / 1e6:g} MHz" if board.clock_hz else ""
    return (
        board.name,
        f"{board.mcu}\n{board.core}{clock}",
        "\n".join(f"{name} {binary_size(memory.bytes)}" for name, memory in board.memory.items()),
        " + ".join(binary_size(piece.bytes) for piece in board.firmware.arena_pieces),
        binary_size(board.firmware.model_slot.bytes),
        "\n".join(board.targets),
    )
