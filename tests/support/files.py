"""Change files in a test."""

from __future__ import annotations

from pathlib import Path


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file, by `new`."""
    text = path.read_text()
    assert old in text, f"{old!r} does not stand in {path}"
    path.write_text(text.replace(old, new))
