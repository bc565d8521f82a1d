"""The cells of a night, and of what each is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec

import harness
from harness.build.content import Content as Hash
from harness.build.key import build_id
from harness.config import Board, Nightly, Suite, boards_files, choose_engines, load_boards, pick_board
from harness.config.toml import suggest
from harness.errors import ConfigError
from harness.nightly.plan import Cell, Content
from harness.paths import firmware_dir

_NOT_IN_RUNS = {"cli", "history", "html", "nightly", "standin", "_shipped", "__pycache__"}
_ANY_TARGET = ("auto", "farm")  # which target a board has there, pytest says


def read_matrix(nightly: Nightly) -> dict[Cell, Content]:
    """Every cell that is not excluded, and of what it is made: suite, firmware, board, settings, harness, each hashed.

    Raises:
        ConfigError: a board is unknown or lacks the target, an exclusion excludes nothing, or no cell is left.
        SetupError: an engine's library or a board's compiler is missing.
    """
    known = load_boards(boards_files(nightly.root, nightly.boards_files))
    boards = [_board(nightly, known, name) for name in nightly.boards]
    every = [
        (Cell(suite.name, board.name, engine), suite, board)
        for board in boards
        for engine in _engines(nightly, board)
        for suite in nightly.suites
    ]
    _refuse_idle_exclusions(nightly, [cell for cell, _, _ in every])
    chosen = [
        (cell, suite, board) for cell, suite, board in every if not any(each.matches(*cell) for each in nightly.exclude)
    ]
    if not chosen:
        raise ConfigError(f"{nightly.path}: exclude: no cell is left", "exclude fewer")
    return {cell: _content(cell, suite, board, nightly) for cell, suite, board in chosen}


def _board(nightly: Nightly, known: dict[str, Board], name: str) -> Board:
    try:
        board = pick_board(known, name)
    except ConfigError as error:
        raise ConfigError(f"{nightly.path}: matrix.boards: {error.cause}", error.fix) from None
    if nightly.target not in (*_ANY_TARGET, *board.targets):
        raise ConfigError(
            f"{nightly.path}: nightly.target: board {name} has no target {nightly.target!r}",
            f"use one of: {', '.join(board.targets)}, auto, or another board",
        )
    return board


def _engines(nightly: Nightly, board: Board) -> list[str]:
    return [engine.name for engine in choose_engines(",".join(nightly.engines) or None, board.engine)]


def _refuse_idle_exclusions(nightly: Nightly, cells: Iterable[Cell]) -> None:
    """A misspelt name would exclude nothing, silently."""
    cells = list(cells)
    for number, exclusion in enumerate(nightly.exclude):
        if not any(exclusion.matches(*cell) for cell in cells):
            raise ConfigError(
                f"{nightly.path}: exclude[{number}]: it excludes no cell",
                f"remove it; there are {suggest('', {str(name) for cell in cells for name in cell})}",
            )


def _content(cell: Cell, suite: Suite, board: Board, nightly: Nightly) -> Content:
    costs = msgspec.json.encode([board.energy, board.cost_model, board.targets], enc_hook=str).decode()
    return {
        "suite": _hash([suite.path, suite.vectors, *(model.path for model in suite.models.values())]),
        "firmware": build_id(board, cell.engine, sanitize=False).rpartition("-")[2],
        "board": Hash(costs).digits(),
        "settings": Hash(nightly.target, *nightly.arguments).digits(),
        "harness": _harness(),
    }


def _hash(files: Iterable[Path]) -> str:
    content = Hash()
    for file in files:
        content.add_files(file.parent, [file])
    return content.digits()


@cache
def _harness() -> str:
    """Of all that takes part in a run, the emulator's plugin among it."""
    content = Hash()
    for folder in (Path(harness.__file__).parent, firmware_dir() / "emulator"):
        content.add_files(folder, _files(folder))
    return content.digits()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in _NOT_IN_RUNS:
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
