"""Where builds are kept: one folder per build id, below one per board."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.paths import home_dir
from harness.setup import locked

KEPT_PER_BOARD = 10


@contextlib.contextmanager
def build_folder(board: str, build_id: str) -> Iterator[Path]:
    """The folder of a build, made if need be. Other processes that build for the board wait until the block ends.

    The least recently used builds of the board are removed; `touch()` the folder to mark it as used.

    Raises:
        SetupError: the harness's home cannot be written.
    """
    store = home_dir() / "build" / board
    with locked(store / "lock"):
        folder = store / build_id
        folder.mkdir(exist_ok=True)
        yield folder
        _prune(store)


def _prune(store: Path) -> None:
    folders = sorted((path for path in store.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for folder in folders[:-KEPT_PER_BOARD]:
        shutil.rmtree(folder, ignore_errors=True)
