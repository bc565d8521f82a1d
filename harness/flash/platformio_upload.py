"""`pio run -t upload`: for whoever has PlatformIO's own platform `ststm32`, whose OpenOCD then writes the flash.

The platform's builder/main.py (19.6.0) takes `firmware.bin` of the build folder where `nobuild` is a target and the
board has an `upload.offset_address`, and hands `upload_flags` to OpenOCD, before its own.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from harness.config import AttachedTarget
from harness.errors import ConfigError, SetupError
from harness.flash.base import Flashed, Flasher, FlashError, Piece
from harness.flash.image import flat_image
from harness.processes import run_group
from harness.setup import PLATFORMIO_VERSION, platformio_command

_PLATFORM = "ststm32"
_ENVIRONMENT = "attached"
_TIMEOUT_S = 180.0
_SHOWN_LINES = 4
_PROJECT = """[env:{environment}]
platform = {platform}
board = {board}
upload_protocol = stlink
extra_scripts = pre:place_image.py
board_upload.offset_address = {address:#x}
upload_flags =
    -c
    adapter serial {probe}
"""
# PlatformIO empties a build folder that it did not make: the image comes there once it runs.
_PLACE_IMAGE = """from pathlib import Path
from shutil import copy

Import("env")
build = Path(env.subst("$BUILD_DIR"))
build.mkdir(parents=True, exist_ok=True)
copy(Path(env.subst("$PROJECT_DIR")) / "image.bin", build / "firmware.bin")
"""


class PlatformioFlasher(Flasher):
    """An ST-LINK, through the user's own PlatformIO platform. OpenOCD checks the chip, verifies, and lets it run.

    Raises:
        ConfigError: the board's entry does not say what PlatformIO calls it.
        SetupError: PlatformIO or its platform is not installed. The platform is not downloaded unasked.
    """

    stand_in = False

    def __init__(self, probe: str, options: AttachedTarget) -> None:
        self._probe = probe
        self._board = options.platformio_board
        if not self._board:
            raise ConfigError(
                'flash_with = "platformio" without a platformio_board', "add PlatformIO's name of the board"
            )
        self._command = platformio_command()
        if not (_core_folder() / "platforms" / _PLATFORM).is_dir():
            raise SetupError(
                f"PlatformIO's platform {_PLATFORM} is not in {_core_folder()}",
                f"run `pio pkg install --global --platform {_PLATFORM}`, or let the board's flash_with be pyocd",
            )
        self.description = f"ST-LINK {probe} through PlatformIO {PLATFORMIO_VERSION} and its {_PLATFORM}"

    def flash(self, pieces: Sequence[Piece]) -> Flashed:
        began_s = time.monotonic()
        address, image = flat_image(pieces)
        with tempfile.TemporaryDirectory(prefix="tinyhil-") as name:
            self._upload(Path(name), address, image)
        size = len(image)
        return Flashed(erased_bytes=size, programmed_bytes=size, skipped_bytes=0, seconds=time.monotonic() - began_s)

    def run(self) -> None:
        """Nothing to do: OpenOCD resets the chip and lets it run."""

    def close(self) -> None:
        """Nothing is held."""

    def _upload(self, folder: Path, address: int, image: bytes) -> None:
        (folder / "image.bin").write_bytes(image)
        (folder / "place_image.py").write_text(_PLACE_IMAGE, "utf-8")
        project = _PROJECT.format(
            environment=_ENVIRONMENT, platform=_PLATFORM, board=self._board, address=address, probe=self._probe
        )
        (folder / "platformio.ini").write_text(project, "utf-8")
        command = [*self._command, "run", "--project-dir", str(folder), "-t", "nobuild", "-t", "upload"]
        variables = os.environ | {
            "PLATFORMIO_WORKSPACE_DIR": str(folder),
            "PLATFORMIO_BUILD_DIR": str(folder / "build"),
            "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
            "PLATFORMIO_NO_ANSI": "true",
        }
        try:
            done = run_group(command, _TIMEOUT_S, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            raise FlashError(
                f"{self.description} hung for {_TIMEOUT_S:g} s", "unplug the board and try again"
            ) from None
        if done.returncode:
            raise FlashError(f"{self.description} failed:\n{_last_lines(done.stdout)}", "mend what it complains of")


def _core_folder() -> Path:
    """Where the user's own PlatformIO keeps its platforms."""
    return Path(os.environ.get("PLATFORMIO_CORE_DIR") or Path.home() / ".platformio")


def _last_lines(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip("=- \t")]
    return "\n".join(f"  {line}" for line in lines[-_SHOWN_LINES:])
