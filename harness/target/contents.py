"""What a firmware's start needs in a board's memories, and what is known to be there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.build import Firmware
from harness.config import Board
from harness.flash import Piece, firmware_pieces


def start_pieces(board: Board, firmware: Firmware, model: bytes | None) -> list[Piece]:
    """The firmware, and `model` in its slot."""
    pieces = firmware_pieces(firmware.elf)
    address = board.firmware.model_slot.address
    if model is not None and address is not None:
        pieces.append(Piece(address, model, "model"))
    return pieces


class Contents:
    """What this process wrote, and nobody else changed."""

    def __init__(self) -> None:
        self._pieces: dict[int, Piece] = {}

    def lacking(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Those that are not there."""
        return [piece for piece in pieces if self._pieces.get(piece.address) != piece]

    def add(self, pieces: Sequence[Piece]) -> None:
        self._pieces |= {piece.address: piece for piece in pieces}
