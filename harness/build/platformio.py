"""Run PlatformIO on the firmware's project."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BuildError
from harness.paths import firmware_dir
from harness.processes import run_group
from harness.setup import platformio_command, platformio_variables

_SHOWN_ERRORS = 3
_COMPILER_ERROR = re.compile(r"error: |undefined reference|multiple definition|region `.*' overflowed|will not fit")
_TOOL_ERROR = re.compile(r"^\w*Error: |^\*\*\* ")  # PlatformIO's, Python's and SCons' own


@dataclass(frozen=True)
class Job:
    """What PlatformIO shall make.

    Attributes:
        environment: the one of platformio.ini.
        product: the file that comes out, below the build's folder.
        subject: what that is, for people.
        variables: what the builder in firmware/platform reads.
    """

    environment: str
    product: str
    subject: str
    variables: Mapping[str, str]


def run_platformio(folder: Path, job: Job) -> None:
    """Build in `folder`, emptied before; nothing is written anywhere else, and no network is used.

    Raises:
        BuildError: PlatformIO failed; the log is `build.log` in the folder.
        SetupError: PlatformIO is not installed.
    """
    command = [*platformio_command(), "run", "--project-dir", str(firmware_dir()), "--environment", job.environment]
    shutil.rmtree(folder)  # what an interrupted build left is not worth trusting
    folder.mkdir()
    log = folder / "build.log"
    variables = platformio_variables(folder) | dict(job.variables)
    with log.open("wb") as output:
        done = run_group(command, env=variables, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode or not (folder / job.product).exists():
        raise BuildError(f"{job.subject} did not build:\n{_errors(log.read_text('utf-8'))}", f"the full log is {log}")


def _errors(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = _matching(_COMPILER_ERROR, lines) or _matching(_TOOL_ERROR, lines) or lines[-_SHOWN_ERRORS:]
    return "\n".join(f"  {line}" for line in errors[:_SHOWN_ERRORS])


def _matching(pattern: re.Pattern[str], lines: list[str]) -> list[str]:
    return [line for line in lines if pattern.search(line)]
