"""The build id: one name for one content of everything that a firmware is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.build.toolchain import toolchain
from harness.config import Board
from harness.paths import firmware_dir
from harness.setup import PLATFORMIO_VERSION

_DIGITS = 12
_NOT_SOURCES = {".pio", "__pycache__", ".vscode"}


def build_id(board: Board, engine: str, *, sanitize: bool) -> str:
    """`<board>-<engine>[-sanitized]-<hash>`; the hash is of sources, board entry, compiler and PlatformIO.

    Raises:
        SetupError: the compiler is missing.
    """
    name = f"{board.name}-{engine}-sanitized" if sanitize else f"{board.name}-{engine}"
    content = hashlib.sha256()
    for part in (name, toolchain(board), PLATFORMIO_VERSION, _entry(board)):
        content.update(f"{part}\0".encode())
    for path in _sources(firmware_dir()):
        data = path.read_bytes()
        content.update(f"{path.relative_to(firmware_dir()).as_posix()}\0{len(data)}\0".encode())
        content.update(data)
    return f"{name}-{content.hexdigest()[:_DIGITS]}"


def _entry(board: Board) -> str:
    """The board without the place it was read from: the same entry in another file is the same board."""
    return msgspec.json.encode(msgspec.structs.replace(board, source=Path()), enc_hook=str).decode()


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in _NOT_SOURCES:
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path
