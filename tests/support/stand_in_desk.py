"""Desks with a stand-in for a board, in folders with paths short enough for a socket."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.build import Firmware
from harness.config import Board
from harness.flash.base import firmware_pieces
from harness.standin.desk import Desk
from harness.standin.folder import DeskFolder


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tinyhil-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def stand_in_desk(board: Board, **options: Any) -> Iterator[Desk]:
    """A desk until the block ends. `options`: those of `Desk`. To reach it set its `environment`."""
    with short_folder() as folder, Desk(board, folder, **options) as desk:
        yield desk


def put_into_flash(desk: Desk, board: Board, firmware: Firmware, model: bytes) -> DeskFolder:
    """Write both as its probe would; the folder takes commands."""
    folder = DeskFolder(desk.folder)
    base = folder.read().flash_address
    flash = bytearray(folder.flash_file.read_bytes())
    slot_address = board.firmware.model_slot.address or 0
    for address, data in [(slot_address, model), *((p.address, p.data) for p in firmware_pieces(firmware.elf))]:
        flash[address - base : address - base + len(data)] = data
    folder.flash_file.write_bytes(flash)
    return folder
