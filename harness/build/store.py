"""Where builds are kept: one folder per build id, below one per board, or per core for what boards share."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.paths import home_dir
from harness.setup import locked

KEPT_PER_BOARD = 10
_STAMP = "build.json"
_LOCK = ".lock"  # beside the folder of a build


@contextlib.contextmanager
def build_folder(group: str, build_id: str) -> Iterator[Path]:
    """The folder of a build, made if need be. Other processes that want the same build wait until the block ends.

    The least recently used builds of the group are removed.

    Args:
        group: a board's name, or another name for builds of which only the newest are kept.
        build_id: what names the content.

    Raises:
        SetupError: the harness's home cannot be written.
    """
    store = _store(group)
    lock = store / f"{build_id}{_LOCK}"
    with locked(lock):
        with locked(store / "lock"):
            lock.touch()
            _prune(store)
        folder = kept_folder(group, build_id)
        folder.mkdir(exist_ok=True)
        yield folder


def kept_folder(group: str, build_id: str) -> Path:
    """Where that build is, if it is kept."""
    return _store(group) / build_id


def is_complete(folder: Path) -> bool:
    """Whether a build ended here and its files are still what it wrote."""
    try:
        digests = json.loads((folder / _STAMP).read_text("utf-8"))
        return all(_digest(folder / file) == digest for file, digest in digests.items())
    except (OSError, ValueError):
        return False


def write_stamp(folder: Path, files: Iterable[str]) -> None:
    """Say that a build ended here, and what it wrote; of `files`, those that there are."""
    digests = {file: _digest(folder / file) for file in files if (folder / file).exists()}
    fresh = folder / f"{_STAMP}.new"
    fresh.write_text(json.dumps(digests), "utf-8")
    fresh.replace(folder / _STAMP)


def _store(group: str) -> Path:
    return home_dir() / "build" / group


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _prune(store: Path) -> None:
    """A lock file's time is when its build was last asked for, so what others build just now is among the newest."""
    locks = sorted(store.glob(f"*{_LOCK}"), key=lambda lock: lock.stat().st_mtime_ns)
    for lock in locks[:-KEPT_PER_BOARD]:
        shutil.rmtree(store / lock.name.removesuffix(_LOCK), ignore_errors=True)
        lock.unlink()
