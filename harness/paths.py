"""Where the files that come with the package are, and where the harness keeps what it makes."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """A file of the repository: inside the package when installed, beside it in a checkout."""
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.exists() else _PACKAGE.parent / name


def firmware_dir() -> Path:
    return _shipped("firmware")


def shipped_boards_file() -> Path:
    return _shipped("boards.toml")


def home_dir() -> Path:
    """Tools and build cache: `$TINYHIL_HOME`, else `tinyhil` in the user's cache folder."""
    if home := os.environ.get("TINYHIL_HOME"):
        return Path(home)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "tinyhil"
