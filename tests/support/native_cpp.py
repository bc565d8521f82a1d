"""Compiles pieces of the firmware for this computer, with sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.paths import firmware_dir

FLAGS = (
    "-std=c++17",
    "-O1",
    "-g",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fno-exceptions",
    "-fno-rtti",
    "-ffp-contract=off",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)


def compile_program(
    program: Path, sources: Iterable[Path], libraries: Iterable[str], defines: Mapping[str, str] | None = None
) -> Path:
    """Compile and link `sources` and all sources of the firmware's `libraries`; return `program`.

    Args:
        program: where to write it.
        sources: C++ files.
        libraries: names of folders of `firmware/lib`.
        defines: macros; a value is C++ text.
    """
    folders = [firmware_dir() / "lib" / name for name in libraries]
    parts = [*sources, *(source for folder in folders for source in sorted(folder.rglob("*.cpp")))]
    macros = [f"-D{name}={value}" for name, value in (defines or {}).items()]
    includes = [f"-I{folder}" for folder in (*folders, firmware_dir() / "src")]
    subprocess.run(["g++", *FLAGS, *macros, *includes, *map(str, parts), "-o", str(program)], check=True)
    return program
