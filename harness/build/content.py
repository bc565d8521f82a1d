"""One name for one content of whatever a build is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_DIGITS = 12


class Content:
    """A hash over texts and files in the order in which they are added."""

    def __init__(self, *texts: str) -> None:
        self._hash = hashlib.sha256()
        for text in texts:
            self._hash.update(f"{text}\0".encode())

    def add_files(self, root: Path, paths: Iterable[Path]) -> None:
        """Add the names, relative to `root`, and the bytes of `paths`."""
        for path in paths:
            data = path.read_bytes()
            self._hash.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode())
            self._hash.update(data)

    def digits(self) -> str:
        return self._hash.hexdigest()[:_DIGITS]
