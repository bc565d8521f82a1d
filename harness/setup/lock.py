"""One process at a time."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from harness.errors import SetupError


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, waiting for other processes; the system frees it should this one die.

    Raises:
        SetupError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise SetupError(
            f"{path}: cannot be written: {error.strerror}", "set TINYHIL_HOME to a folder of your own"
        ) from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
