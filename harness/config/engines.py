"""The engines that a firmware can be built with."""

from __future__ import annotations

from pathlib import Path

from harness.config.toml import suggest
from harness.errors import ConfigError
from harness.paths import firmware_dir

ENGINES = ("builtin", "tflm", "tflm-ref")


def engine_folder(name: str) -> Path:
    """The engine's library; what follows a dash chooses among its kernels, `tflm-ref` is a build of `tflm`."""
    return firmware_dir() / "lib" / f"engine_{name.partition('-')[0]}"


def pick_engine(name: str) -> str:
    """`name`, if there is such an engine.

    Raises:
        ConfigError: there is none; the message lists the known ones and the nearest.
    """
    if name not in ENGINES:
        raise ConfigError(f"unknown engine {name!r}", f"use one of: {suggest(name, ENGINES)}")
    return name
