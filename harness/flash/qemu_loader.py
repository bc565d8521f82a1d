"""QEMU's own loaders: `-kernel` for the firmware, the generic loader device for the model."""

from __future__ import annotations

import struct
from pathlib import Path

# An ELF file of one segment: QEMU's loader refuses raw files on machines that do not declare their memory as RAM.
# Fields and constants: "Tool Interface Standard (TIS) Executable and Linking Format Specification 1.2".
_FILE_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_PROGRAM_HEADER = struct.Struct("<8I")
_IDENT = b"\x7fELF" + bytes([1, 1, 1])  # 32-bit, little-endian, version 1
_ET_EXEC, _EM_ARM, _PT_LOAD, _PF_R = 2, 40, 1, 4


def firmware_arguments(elf: Path) -> list[str]:
    """QEMU arguments that load the firmware and start it from its vector table."""
    return ["-kernel", str(elf)]


def model_arguments(model: bytes, address: int, folder: Path) -> list[str]:
    """QEMU arguments that put `model` at `address` before the start; writes `model.elf` into `folder`."""
    image = folder / "model.elf"
    image.write_bytes(memory_image(model, address))
    return ["-device", f"loader,file={escape(image)}"]


def memory_image(data: bytes, address: int) -> bytes:
    """An ELF file that loads `data` at `address` and has nothing to run."""
    offset = _FILE_HEADER.size + _PROGRAM_HEADER.size
    header = _FILE_HEADER.pack(
        _IDENT, _ET_EXEC, _EM_ARM, 1, 0, _FILE_HEADER.size, 0, 0, _FILE_HEADER.size, _PROGRAM_HEADER.size, 1, 0, 0, 0
    )
    segment = _PROGRAM_HEADER.pack(_PT_LOAD, offset, address, address, len(data), len(data), _PF_R, 4)
    return header + segment + data


def escape(path: Path) -> str:
    """A path as a value in a QEMU option, where a comma would end it."""
    return str(path).replace(",", ",,")
