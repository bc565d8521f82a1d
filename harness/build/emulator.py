"""The plugin that counts cycles inside QEMU, compiled for this computer when it is first used."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness.build.content import Content
from harness.build.store import build_folder, is_complete, write_stamp
from harness.build.toolchain import compiler_version
from harness.errors import BuildError
from harness.paths import firmware_dir

_COMPILER = "gcc"
_FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fvisibility=hidden")
_PLUGIN = "libtinyhil_cycles.so"


def build_cycle_plugin() -> Path:
    """The plugin, or the one compiled before from the same sources by the same compiler.

    Raises:
        BuildError: it does not compile.
        SetupError: this computer has no C compiler.
    """
    sources = firmware_dir() / "emulator"
    content = Content(_PLUGIN, compiler_version(_COMPILER), *_FLAGS)
    content.add_files(sources, sorted(path for path in sources.iterdir() if path.suffix in {".c", ".h"}))
    with build_folder("emulator", f"cycles-{content.digits()}") as folder:
        if not is_complete(folder):
            _compile(sorted(sources.glob("*.c")), folder / _PLUGIN)
            write_stamp(folder, [_PLUGIN])
        return folder / _PLUGIN


def _compile(sources: list[Path], plugin: Path) -> None:
    command = [_COMPILER, *_FLAGS, *map(str, sources), "-o", str(plugin)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(
            f"the cycle plugin does not compile:\n{done.stderr.strip()}", f"run again: {' '.join(command)}"
        )
