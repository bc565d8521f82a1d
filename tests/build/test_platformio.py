"""Running PlatformIO: what it compiles ends with the harness."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# PlatformIO starts SCons, and that the compiler, which takes its time here and holds a pipe.
PROGRAM = """
import sys
from pathlib import Path
from harness.build import platformio
compiler = f"exec 3> {sys.argv[1]}; echo compiling >&3; exec sleep 1000"
platformio.platformio_command = lambda: ["sh", "-c", f"({compiler}) & wait"]
platformio.run_platformio(Path(sys.argv[2]), platformio.Job("firmware", "firmware.elf", "the firmware", {}))
"""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_compiler_ends_with_the_harness(tmp_path: Path, home: Path, ending: signal.Signals) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "build"
    os.mkfifo(pipe)
    folder.mkdir()
    harness = subprocess.Popen([sys.executable, "-c", PROGRAM, pipe, folder], stderr=subprocess.DEVNULL)
    with pipe.open("rb", buffering=0) as held:
        assert held.read(100) == b"compiling\n"
        harness.send_signal(ending)
        harness.wait()
        assert select.select([held], [], [], 10)[0]
        assert held.read() == b""  # nobody holds the other end any more
