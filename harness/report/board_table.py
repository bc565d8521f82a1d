"""The boards as a Markdown table: the one of docs/boards.md, which `harness boards --markdown` prints."""

from __future__ import annotations

from collections.abc import Iterable

from harness.config import Board, EmulatedTarget
from harness.config.costs import CostModel

_HEADINGS = ("board", "MCU", "core, clock", "memories", "emulated by", "cycle model", "energy model")


def board_table(boards: Iterable[Board]) -> str:
    """One row per board, ending with a newline."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *map(_cells, boards)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _cells(board: Board) -> tuple[str, ...]:
    clock = f", {board.clock_hz / 1e6:g} MHz" if board.clock_hz else ""
    emulated = board.targets.get("emulated")
    return (
        f"`{board.name}`",
        board.mcu,
        f"{board.core}{clock}",
        ", ".join(f"{name} {binary_size(memory.bytes)}" for name, memory in board.memory.items()),
        f"`{emulated.machine}`" if isinstance(emulated, EmulatedTarget) else "",
        _cycle_model(board.cost_model) if board.cost_model else "",
        board.energy.described if board.energy else "",
    )


def _cycle_model(model: CostModel) -> str:
    known = "not validated" if model.error_percent is None else f"within {model.error_percent}% of silicon"
    if model.is_calibrated:
        known = f"calibrated x{model.cycle_scale:g}"
    return f"{model.name}; {known}"


def binary_size(size: int) -> str:
    """`size` bytes in KiB or MiB where that is exact."""
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size % factor == 0:
            return f"{size // factor} {unit}"
    return f"{size} B"
