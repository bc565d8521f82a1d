"""A folder to work in, which is gone afterwards; or, where that was not to be, by the next time."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from harness.errors import ReportError

_PREFIX = ".work-"  # with a dot: no session
_LOCK = "lock"
_ATTEMPTS = 20  # of removing what killed processes may still write to
_PAUSE_S = 0.1


@contextlib.contextmanager
def working_folder(parent: Path, tell: Callable[[str], None]) -> Iterator[Path]:
    """A new folder below `parent`, removed at the end of the block, as are those that killed processes left there.

    The system frees a lock when its holder dies: whose lock is free is left over.

    Raises:
        ReportError: it cannot be made.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with (parent / ".lock").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)  # nobody sees a folder before its lock is held
            for left_over in filter(_is_free, sorted(parent.glob(f"{_PREFIX}*"))):
                tell(f"removed {left_over}, left over from a bisect that was killed")
                _remove(left_over)
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            lock = (folder / _LOCK).open("w")
            fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        raise ReportError(
            f"{parent}: cannot be written: {error.strerror or error}",
            "make room there or make it writable, or choose another folder with --reports-dir",
        ) from None
    with lock:
        try:
            yield folder
        finally:
            _remove(folder)


def _is_free(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("w") as lock:
            _try_lock(lock)
    except BlockingIOError:
        return False
    except OSError:  # it came to no lock, or is another user's: that is for _remove to find out
        return True
    return True


def _try_lock(file: IO[str]) -> None:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(folder: Path) -> None:
    for _ in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE_S)
