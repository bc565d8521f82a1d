"""The build id: one name for one content of everything that a firmware is made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.build.content import Content
from harness.build.tflm import is_tflm, tflm_key
from harness.build.toolchain import toolchain
from harness.config import Board
from harness.paths import firmware_dir
from harness.setup import PLATFORMIO_VERSION

_NOT_SOURCES = {".pio", "__pycache__", ".vscode", "emulator"}


def build_id(board: Board, engine: str, *, sanitize: bool) -> str:
    """`<board>-<engine>[-sanitized]-<hash>`; the hash is of sources, board entry, compiler, PlatformIO, TFLM.

    Raises:
        SetupError: the compiler, the engine's library or its kernels for the engine are missing.
    """
    name = f"{board.name}-{engine}-sanitized" if sanitize else f"{board.name}-{engine}"
    library = tflm_key(board, engine, sanitize=sanitize) if is_tflm(engine) else ""
    content = Content(name, toolchain(board), PLATFORMIO_VERSION, _entry(board), library)
    content.add_files(firmware_dir(), _sources(firmware_dir()))
    return f"{name}-{content.digits()}"


def _entry(board: Board) -> str:
    """What of the board matters to the firmware: not the file that it was read from, nor what it costs."""
    of_firmware = msgspec.structs.replace(board, source=Path(), energy=None, cost_model=None)
    return msgspec.json.encode(of_firmware, enc_hook=str).decode()


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in _NOT_SOURCES:
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path
