"""One user at a time of each probe and port."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TextIO
from urllib.parse import quote

from harness.errors import SetupError, TargetError
from harness.paths import home_dir

Part = Literal["probe", "port"]


@contextlib.contextmanager
def held(part: Part, unique: str, owner: str) -> Iterator[None]:
    """Hold a probe or a port; the system frees it should this process die.

    Args:
        owner: whose it is, for messages.

    Raises:
        TargetError: another process holds it, or this one does already.
        SetupError: the lock file cannot be written.
    """
    with _open(_lock_file(part, unique)) as file:
        if not _take(file):
            raise TargetError(
                f"{part} {unique} of {owner} is in use by {_holder(file)}", "wait until it ends, or end it"
            )
        file.truncate(0)
        file.write(f"process {os.getpid()} since {time.strftime('%Y-%m-%d %H:%M:%S')}")
        file.flush()
        yield


def holder(part: Part, unique: str) -> str:
    """Who holds a probe or a port; empty where it is free."""
    path = _lock_file(part, unique)
    if not path.exists():
        return ""
    with _open(path) as file:
        return "" if _take(file) else _holder(file)


def _take(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: TextIO) -> str:
    file.seek(0)
    return file.read() or "another process"


def _lock_file(part: Part, unique: str) -> Path:
    return home_dir() / "locks" / quote(f"{part} {unique.casefold()}", safe="")


def _open(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"{path}: cannot be written: {error.strerror}", "set TINYHIL_HOME to a folder of your own"
        ) from None
