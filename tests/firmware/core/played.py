"""Sources of the firmware, compiled for this computer beside a header whose registers a test plays."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from support.native_cpp import run_compiler

from harness.paths import firmware_dir

_HERE = Path(__file__).parent


def compile_played(folder: Path, player: str, sources: Iterable[str], defines: Mapping[str, int] | None = None) -> Path:
    """The program in `folder` of a player, which plays the registers, and of `sources`, patterns below `firmware/lib`.

    The sources are copied: a header in quotes is looked for beside its source first.
    """
    for pattern in sources:
        for source in (firmware_dir() / "lib").glob(pattern):
            shutil.copy(source, folder)
    for name in (player, "cortex_m_registers.h"):
        shutil.copy(_HERE / name, folder)
    macros = [f"-D{name}={value}" for name, value in (defines or {}).items()]
    run_compiler(folder, [*macros, *sorted(folder.glob("*.cpp")), "-o", "played"], ["board", "bytes"])
    return folder / "played"
