"""The compiler that a board's firmware is built with."""

from __future__ import annotations

import functools
import subprocess

from harness.config import Board
from harness.errors import SetupError
from harness.setup import SETUP_COMMAND


def toolchain(board: Board) -> str:
    """The compiler's own name for itself, e.g. "arm-none-eabi-g++ (15:12.2.rel1-1) 12.2.1 20221205".

    Raises:
        SetupError: there is no such compiler.
    """
    return compiler_version("g++" if board.core == "host" else "arm-none-eabi-g++")


@functools.cache
def compiler_version(compiler: str) -> str:
    """The first line in which `compiler` tells its version.

    Raises:
        SetupError: there is no such compiler.
    """
    try:
        done = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise SetupError(f"{compiler} is missing", f"run `{SETUP_COMMAND}`") from None
    return done.stdout.partition("\n")[0]
