"""The firmware for a board and an engine, built when nothing with the same content has been built before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from harness.build.footprint import Footprint, read_footprint
from harness.build.key import build_id
from harness.build.platformio import ELF, HEX, run_platformio
from harness.build.store import build_folder
from harness.build.toolchain import toolchain
from harness.config import Board
from harness.errors import BuildError

_STAMP = "firmware.json"


@dataclass(frozen=True)
class Firmware:
    """A built firmware.

    Attributes:
        elf: the linked program; on a host board, an executable.
        hex: the same as Intel HEX, for loaders that need it; None on a host board.
        build_id: what the firmware's HELLO reports; the same if and only if the content is the same.
        toolchain: the compiler's name and version.
        footprint: what it takes of the board's memories.
    """

    elf: Path
    hex: Path | None
    build_id: str
    toolchain: str
    footprint: Footprint


def build_firmware(board: Board, engine: str, *, sanitize: bool = False) -> Firmware:
    """Build the firmware, or take the one built before from the same sources by the same compiler.

    Args:
        board: the board to build for.
        engine: the name of an engine library, `firmware/lib/engine_<engine>`.
        sanitize: with address and undefined-behaviour sanitizers; host boards only.

    Raises:
        BuildError: the firmware does not compile or fit; the message has the compiler's first errors and the log.
        SetupError: PlatformIO or the compiler is missing.
    """
    if sanitize and board.core != "host":
        raise BuildError(f"{board.name} has no sanitizers: they need a host's runtime", "use --board=native")
    name = build_id(board, engine, sanitize=sanitize)
    with build_folder(board.name, name) as folder:
        if not _is_complete(folder):
            run_platformio(folder, board, engine, name, sanitize=sanitize)
            _write_stamp(folder)
        folder.touch()
        return _firmware(folder, board, name)


def _firmware(folder: Path, board: Board, name: str) -> Firmware:
    elf = folder / ELF
    return Firmware(
        elf=elf,
        hex=hex_file if (hex_file := folder / HEX).exists() else None,
        build_id=name,
        toolchain=toolchain(board),
        footprint=read_footprint(elf, board),
    )


def _is_complete(folder: Path) -> bool:
    """Whether a build ended here and its files are still what it wrote."""
    try:
        digests = json.loads((folder / _STAMP).read_text("utf-8"))
        return all(_digest(folder / file) == digest for file, digest in digests.items())
    except (OSError, ValueError):
        return False


def _write_stamp(folder: Path) -> None:
    digests = {file: _digest(folder / file) for file in (ELF, HEX) if (folder / file).exists()}
    fresh = folder / f"{_STAMP}.new"
    fresh.write_text(json.dumps(digests), "utf-8")
    fresh.replace(folder / _STAMP)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
