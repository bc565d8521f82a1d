"""Compiles pieces of the firmware for this computer, with sanitizers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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


def run_compiler(
    folder: Path, arguments: Sequence[str | Path], libraries: Iterable[str], compiler: str = "g++"
) -> None:
    """Compile in `folder`; the sources may include the headers of the firmware's `libraries` and of its `src`."""
    includes = [f"-I{path}" for path in (*map(_library, libraries), firmware_dir() / "src")]
    subprocess.run([compiler, *FLAGS, *includes, *map(str, arguments)], cwd=folder, check=True)


def compile_objects(
    folder: Path,
    sources: Iterable[Path],
    libraries: Sequence[str],
    options: Sequence[str | Path] = (),
    compiler: str = "g++",
) -> list[Path]:
    """Compile each source to an object file in `folder`, as many at once as there are processors; return the files."""

    def compile_one(source: Path) -> Path:
        run_compiler(folder, [*options, "-c", source], libraries, compiler)
        return folder / f"{source.stem}.o"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sorted(pool.map(compile_one, sources))


def library_sources(name: str) -> list[Path]:
    """The C++ files of a folder of `firmware/lib`."""
    return sorted(_library(name).rglob("*.cpp"))


def _library(name: str) -> Path:
    return firmware_dir() / "lib" / name


def compile_program(
    program: Path, sources: Iterable[Path], libraries: Sequence[str], defines: Mapping[str, str] | None = None
) -> Path:
    """Compile and link `sources` and all sources of the firmware's `libraries`; return `program`.

    Args:
        program: where to write it.
        sources: C++ files.
        libraries: names of folders of `firmware/lib`.
        defines: macros; a value is C++ text.
    """
    macros = [f"-D{name}={value}" for name, value in (defines or {}).items()]
    parts = [*sources, *(source for name in libraries for source in library_sources(name))]
    run_compiler(program.parent, [*compile_objects(program.parent, parts, libraries, macros), "-o", program], libraries)
    return program
