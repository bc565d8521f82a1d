"""The engines that a firmware can be built with, and which of them a run takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from harness.config.toml import suggest
from harness.errors import ConfigError, SetupError
from harness.paths import firmware_dir
from harness.setup.tflm import CMSIS_NN, LIBRARY_VARIABLE, REFERENCE, TflmLibrary, installed_tflm, tflm_library

BuildableEngine = Literal["builtin", "tflm", "tflm-ref"]
EngineName = Literal["auto", BuildableEngine]
ENGINES = get_args(BuildableEngine)
AUTO: EngineName = "auto"
KERNEL_SETS = {"tflm": CMSIS_NN, "tflm-ref": REFERENCE}  # which of TensorFlow Lite Micro's an engine has


@dataclass(frozen=True)
class Engine:
    """An engine that can be built here.

    Attributes:
        chosen_by: who named it: `option`, `board` (its entry in boards.toml), or nobody: `auto`.
        why: why `auto` did not take `tflm`; empty otherwise.
    """

    name: str
    chosen_by: Literal["option", "board", "auto"]
    why: str = ""

    def __str__(self) -> str:
        return f"{self.name} (auto)" if self.chosen_by == AUTO else self.name


def engine_folder(name: str) -> Path:
    """The engine's library; what follows a dash chooses among its kernels, `tflm-ref` is a build of `tflm`."""
    return firmware_dir() / "lib" / f"engine_{name.partition('-')[0]}"


def engines_by_folder() -> dict[Path, str]:
    """The first engine of each library."""
    return {engine_folder(name): name for name in reversed(ENGINES)}


def choose_engines(option: str | None, preset: EngineName) -> tuple[Engine, ...]:
    """The engines to run with, each once.

    Args:
        option: names with commas between them, as a person gave them; None where nobody did.
        preset: the board's own.

    Raises:
        ConfigError: there is no engine of a name.
        SetupError: one needs TensorFlow Lite Micro, and that cannot be had; the fix says how to get it.
    """
    if option is None:
        return (_choose(preset, "board"),)
    engines: dict[str, Engine] = {}
    for name in option.split(","):
        engine = _choose(name.strip(), "option")
        engines.setdefault(engine.name, engine)
    return tuple(engines.values())


def engine_library(engine: str) -> TflmLibrary:
    """The library that `engine`, one of `KERNEL_SETS`, is built from.

    Raises:
        SetupError: it cannot be had, or does not carry the engine's kernels.
    """
    library, kernels = tflm_library(), KERNEL_SETS[engine]
    if kernels not in library.kernel_sets:
        others = " or ".join(
            f"--engine={name}" for name, carried in KERNEL_SETS.items() if carried in library.kernel_sets
        )
        raise SetupError(
            f"engine {engine}: {library} in {library.folder} carries no {kernels} kernels",
            f"use {others}, or let {LIBRARY_VARIABLE} name a library that has them",
        )
    return library


def _choose(name: str, chosen_by: Literal["option", "board"]) -> Engine:
    if name == AUTO:
        return _automatic()
    if name not in ENGINES:
        raise ConfigError(f"unknown engine {name!r}", f"use one of: {suggest(name, get_args(EngineName))}")
    if name in KERNEL_SETS:
        engine_library(name)
    return Engine(name, chosen_by)


def _automatic() -> Engine:
    """`tflm` where its library is installed and whole."""
    library, why = installed_tflm()
    if library is None:
        return Engine("builtin", "auto", why)
    engine_library("tflm")
    return Engine("tflm", "auto")
