"""The conditions that every benchmark prints first."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from harness import __version__

REPOSITORY = Path(__file__).resolve().parent.parent


class Discard:
    """A sink that keeps nothing."""

    def add_vector(self, record: object) -> None: ...
    def add_window(self, record: object) -> None: ...
    def add_trace(self, record: object) -> None: ...
    def add_layer(self, record: object) -> None: ...
    def add_run(self, record: object) -> None: ...


@contextlib.contextmanager
def loaded_machine() -> Iterator[None]:
    """One busy process per processor, for as long as the block runs."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def print_conditions() -> None:
    """Machine, processors, load, and the versions that the figures depend on."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    ).stdout.strip()
    qemu = subprocess.run(["qemu-system-arm", "--version"], capture_output=True, text=True, check=False).stdout
    print(f"machine   {platform.node()}: {_cpu()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    print(f"software  tinyhil {__version__} at {commit or 'no commit'}, Python {platform.python_version()}")
    print(f"emulator  {qemu.splitlines()[0]}")


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def print_figure(name: str, value: str, wanted: str, reached: bool) -> None:
    print(f"{'reached' if reached else 'MISSED ':7}  {name:58} {value:>16}  (wanted {wanted})")
