"""Run PlatformIO on the firmware's project."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from harness.config import Board
from harness.errors import BuildError
from harness.paths import firmware_dir
from harness.setup import platformio_command, platformio_variables

ENVIRONMENT = "firmware"  # the one of platformio.ini
ELF = f"build/{ENVIRONMENT}/firmware.elf"  # below a build's folder
HEX = f"build/{ENVIRONMENT}/firmware.hex"

_SHOWN_ERRORS = 3
_COMPILER_ERROR = re.compile(r"error: |undefined reference|multiple definition|region `.*' overflowed|will not fit")
_TOOL_ERROR = re.compile(r"^\w*Error: |^\*\*\* ")  # PlatformIO's, Python's and SCons' own


def run_platformio(folder: Path, board: Board, engine: str, build_id: str, *, sanitize: bool) -> None:
    """Build in `folder`, emptied before; nothing is written anywhere else, and no network is used.

    Raises:
        BuildError: PlatformIO failed; the log is `build.log` in the folder.
        SetupError: PlatformIO is not installed.
    """
    command = [*platformio_command(), "run", "--project-dir", str(firmware_dir()), "--environment", ENVIRONMENT]
    shutil.rmtree(folder)  # what an interrupted build left is not worth trusting
    folder.mkdir()
    log = folder / "build.log"
    variables = platformio_variables(folder) | {
        "HARNESS_BOARD": board.name,
        "HARNESS_BOARDS_FILES": str(board.source.resolve()),
        "HARNESS_BUILD_ID": build_id,
        "HARNESS_ENGINE": engine,
        "HARNESS_SANITIZE": "1" if sanitize else "",
    }
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode or not (folder / ELF).exists():
        raise BuildError(
            f"the firmware for {board.name} with engine {engine} did not build:\n{_errors(log.read_text('utf-8'))}",
            f"the full log is {log}",
        )


def _errors(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = _matching(_COMPILER_ERROR, lines) or _matching(_TOOL_ERROR, lines) or lines[-_SHOWN_ERRORS:]
    return "\n".join(f"  {line}" for line in errors[:_SHOWN_ERRORS])


def _matching(pattern: re.Pattern[str], lines: list[str]) -> list[str]:
    return [line for line in lines if pattern.search(line)]
