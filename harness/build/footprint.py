"""How much of a board's memories a firmware takes, read off its ELF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.config import Board, Region
from harness.errors import BuildError

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

_STACK_SECTION = ".stack"


@dataclass(frozen=True)
class Section:
    """A section that takes memory.

    Attributes:
        memory: the board's name for the memory that it runs in; empty on a host.
        loaded: its content is kept in flash (code, constants, initial values), not cleared at start.
        writable: it holds variables.
    """

    name: str
    memory: str
    address: int
    bytes: int
    loaded: bool
    writable: bool


@dataclass(frozen=True)
class Footprint:
    """What the firmware takes, without model slot and arena.

    Attributes:
        flash_bytes: code, constants and the initial values of variables.
        ram_bytes: .data and .bss, without the stack.
        stack_bytes: what is kept for the stack.
        sections: the sections that take memory, by address.
    """

    flash_bytes: int
    ram_bytes: int
    stack_bytes: int
    sections: tuple[Section, ...]


def read_footprint(elf: Path, board: Board) -> Footprint:
    """The footprint of a firmware for `board`; its provenance is `static`.

    Raises:
        BuildError: the file is not an ELF.
    """
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    try:
        with elf.open("rb") as file:
            return _footprint(ELFFile(file), board)
    except (ELFError, OSError) as error:
        raise BuildError(f"{elf}: not a firmware: {error}", "delete the file's folder and build again") from None


def _footprint(elf: ELFFile, board: Board) -> Footprint:
    sections = tuple(sorted(_sections(elf, board), key=lambda section: section.address))
    return Footprint(
        flash_bytes=sum(section.bytes for section in sections if section.loaded),
        ram_bytes=sum(section.bytes for section in sections if _holds_variables(section, board.firmware.data))
        - _static_array_bytes(board),
        stack_bytes=board.firmware.stack_bytes,
        sections=sections,
    )


def _sections(elf: ELFFile, board: Board) -> list[Section]:
    from elftools.elf.constants import SH_FLAGS

    return [
        Section(
            name=section.name,
            memory=_memory(section["sh_addr"], board),
            address=section["sh_addr"],
            bytes=section["sh_size"],
            loaded=section["sh_type"] != "SHT_NOBITS",
            writable=bool(section["sh_flags"] & SH_FLAGS.SHF_WRITE),
        )
        for section in elf.iter_sections()
        if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"]
    ]


def _memory(address: int, board: Board) -> str:
    within = (name for name, memory in board.memory.items() if 0 <= address - memory.address < memory.bytes)
    return next(within, "")


def _holds_variables(section: Section, data: Region | None) -> bool:
    if not section.writable or section.name == _STACK_SECTION:
        return False
    return data is None or data.address is None or 0 <= section.address - data.address < data.bytes


def _static_array_bytes(board: Board) -> int:
    """On a host, arena and model slot are static arrays among the variables; elsewhere they have their own place."""
    return board.firmware.arena.bytes + board.firmware.model_slot.bytes if board.core == "host" else 0
