"""The firmware for a board and an engine, built when nothing with the same content has been built before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.build.footprint import Footprint, read_footprint
from harness.build.key import build_id
from harness.build.platformio import Job, OverflowedError, run_platformio
from harness.build.store import build_folder, is_complete, kept_folder, write_stamp
from harness.build.tflm import is_tflm, tflm_variables
from harness.build.toolchain import toolchain
from harness.config import Board
from harness.errors import BuildError, NoFitError, Shortage

_ENVIRONMENT = "firmware"
_ELF = f"build/{_ENVIRONMENT}/firmware.elf"  # below the build's folder
_HEX = f"build/{_ENVIRONMENT}/firmware.hex"


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
        engine: one of `harness.config.ENGINES`.
        sanitize: with address and undefined-behaviour sanitizers; host boards only.

    Raises:
        NoFitError: the firmware has no room in the memories that the board gives code and data.
        BuildError: the firmware does not compile; the message has the compiler's first errors and the log.
        SetupError: PlatformIO, the compiler or the engine's library is missing.
    """
    if sanitize:
        require_sanitizers(board)
    name = build_id(board, engine, sanitize=sanitize)
    job = _job(board, engine, name, sanitize=sanitize)
    with build_folder(board.name, name) as folder:
        if not is_complete(folder):
            _compile(folder, board, job)
            write_stamp(folder, [_ELF, _HEX])
        return _firmware(folder, board, name)


def kept_elf(board: str, build_id: str) -> Path | None:
    """The ELF of a build for a board, if it is still kept and whole."""
    folder = kept_folder(board, build_id)
    return folder / _ELF if is_complete(folder) else None


def require_sanitizers(board: Board) -> None:
    """Raises: BuildError: a firmware for `board` cannot be built with sanitizers."""
    if board.core != "host":
        raise BuildError(f"{board.name} has no sanitizers: they need a host's runtime", "use --board=native")


def _compile(folder: Path, board: Board, job: Job) -> None:
    regions = {"code": board.firmware.code, "data": board.firmware.data}
    try:
        run_platformio(folder, job)
    except OverflowedError as error:
        lacking = [
            Shortage(f"firmware's {name}", region.bytes + error.bytes_by_region[name], region.bytes)
            for name, region in regions.items()
            if region is not None and name in error.bytes_by_region
        ]
        if not lacking:
            raise
        raise NoFitError(f"{job.subject} does not fit", lacking) from None


def _job(board: Board, engine: str, name: str, *, sanitize: bool) -> Job:
    variables = {
        "HARNESS_BOARD": board.name,
        "HARNESS_BOARDS_FILES": str(board.source.resolve()),
        "HARNESS_BUILD_ID": name,
        "HARNESS_ENGINE": engine,
        "HARNESS_SANITIZE": "1" if sanitize else "",
    }
    if is_tflm(engine):
        variables |= tflm_variables(board, engine, sanitize=sanitize)
    return Job(_ENVIRONMENT, _ELF, f"the firmware for {board.name} with engine {engine}", variables)


def _firmware(folder: Path, board: Board, name: str) -> Firmware:
    elf = folder / _ELF
    return Firmware(
        elf=elf,
        hex=hex_file if (hex_file := folder / _HEX).exists() else None,
        build_id=name,
        toolchain=toolchain(board),
        footprint=read_footprint(elf, board),
    )
