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
_OVERFLOW = re.compile(r"region `(\w+)' overflowed by (\d+) bytes")
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


class OverflowedError(BuildError):
    """What was linked is too large. `bytes_by_region`: by how much, by the linker script's names."""

    def __init__(self, cause: str, fix: str, bytes_by_region: dict[str, int]) -> None:
        super().__init__(cause, fix)
        self.bytes_by_region = bytes_by_region


def run_platformio(folder: Path, job: Job) -> None:
    """Build in `folder`, emptied before; nothing is written anywhere else, and no network is used.

    Raises:
        OverflowedError: a memory is too small for the program.
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
        raise _failure(job, log)


def _failure(job: Job, log: Path) -> BuildError:
    text = log.read_text("utf-8")
    cause, fix = f"{job.subject} did not build:\n{_errors(text)}", f"the full log is {log}"
    overflows = {region: int(size) for region, size in _OVERFLOW.findall(text)}
    return OverflowedError(cause, fix, overflows) if overflows else BuildError(cause, fix)


def _errors(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = _matching(_COMPILER_ERROR, lines) or _matching(_TOOL_ERROR, lines) or lines[-_SHOWN_ERRORS:]
    return "\n".join(f"  {line}" for line in errors[:_SHOWN_ERRORS])


def _matching(pattern: re.Pattern[str], lines: list[str]) -> list[str]:
    return [line for line in lines if pattern.search(line)]
