"""The engines that a firmware can be built with: the libraries `firmware/lib/engine_<name>`."""

from __future__ import annotations

from harness.config.toml import suggest
from harness.errors import ConfigError
from harness.paths import firmware_dir

_PREFIX = "engine_"


def known_engines() -> list[str]:
    """The names of the engine libraries, sorted."""
    return sorted(folder.name.removeprefix(_PREFIX) for folder in (firmware_dir() / "lib").glob(f"{_PREFIX}*"))


def pick_engine(name: str) -> str:
    """`name`, if there is such an engine.

    Raises:
        ConfigError: there is none; the message lists the known ones and the nearest.
    """
    engines = known_engines()
    if name not in engines:
        raise ConfigError(f"unknown engine {name!r}", f"use one of: {suggest(name, engines)}")
    return name
