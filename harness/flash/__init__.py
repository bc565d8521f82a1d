"""Ways to put firmware and model on a board."""

from harness.flash.base import Flashed, Flasher, FlashError, Piece, firmware_pieces
from harness.flash.gdb_stub import GdbStub
from harness.flash.pyocd import PyocdFlasher
from harness.flash.qemu_loader import firmware_arguments, model_arguments

__all__ = [
    "FlashError",
    "Flashed",
    "Flasher",
    "GdbStub",
    "Piece",
    "PyocdFlasher",
    "firmware_arguments",
    "firmware_pieces",
    "model_arguments",
]
