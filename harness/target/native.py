"""The firmware as a Linux program, over a pseudo-terminal."""

from __future__ import annotations

import contextlib
import platform
import tempfile
from pathlib import Path

import serial

from harness.build import Firmware
from harness.errors import TargetError
from harness.target.base import ProcessTarget
from harness.target.process import TargetProcess
from harness.target.stream import ByteStream, DescriptorStream

_START_TIMEOUT_S = 10.0
_BANNER = "pty "


class Native(ProcessTarget):
    """The firmware's executable. It prints "pty <path>" and ends when its stdin does, so it never outlives us."""

    kind = "native"
    provenance = "host"
    preloads_model = False

    @property
    def description(self) -> str:
        return f"native {platform.system()} {platform.machine()}"

    def _start(self, firmware: Firmware, model: bytes | None, resources: contextlib.ExitStack) -> ByteStream:
        folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="tinyhil-")))
        process = TargetProcess("the native firmware", [str(firmware.elf)], folder)
        resources.callback(process.stop)
        line = process.read_line(_START_TIMEOUT_S)
        if not line.startswith(_BANNER):
            raise TargetError(
                f"{firmware.elf} printed {line!r} instead of '{_BANNER}<path>'", "build it for the native board"
            )
        terminal = resources.enter_context(_open_terminal(line.removeprefix(_BANNER)))
        return DescriptorStream(terminal, process.death)


def _open_terminal(path: str) -> serial.Serial:
    try:
        return serial.Serial(path, exclusive=True)
    except serial.SerialException as error:
        raise TargetError(f"{path} cannot be opened: {error}", "see whether another program holds it") from None
