"""Ways to put firmware and model on a board."""

from harness.flash.gdb_stub import GdbStub
from harness.flash.qemu_loader import firmware_arguments, model_arguments

__all__ = ["GdbStub", "firmware_arguments", "model_arguments"]
