"""Has a board enough memory for a model? Asked before anything is built."""

from __future__ import annotations

from harness.config import Board, FirmwareLayout
from harness.errors import Shortage
from harness.model.arena import least_arena_bytes
from harness.model.graph import Model


def shortages(model: Model, board: Board, engine: str) -> tuple[Shortage, ...]:
    """What `board` lacks for `model`, as far as the file shows; the engine itself has the last word on the arena."""
    layout = board.firmware
    needs = (
        Shortage("arena", _arena_bytes(model, layout, engine), layout.arena_bytes),
        Shortage("model slot", len(model.data), layout.model_slot.bytes),
    )
    return tuple(need for need in needs if need.missing_bytes > 0)


def _arena_bytes(model: Model, layout: FirmwareLayout, engine: str) -> int:
    """What the model needs in one piece; where the board has as much, what it needs in the board's pieces."""
    in_one_piece = least_arena_bytes(model, engine)
    if in_one_piece > layout.arena_bytes:
        return in_one_piece
    return least_arena_bytes(model, engine, [piece.bytes for piece in layout.arena_pieces])
