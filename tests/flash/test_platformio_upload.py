"""`pio run -t upload`, by the real PlatformIO. In place of its `ststm32`, which comes from a registry alone, there is a
platform of that name which uploads as ststm32 19.6.0 does, and whose OpenOCD is a script that notes what it is told.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.config import AttachedTarget
from harness.errors import ConfigError, SetupError
from harness.flash.base import FlashError, Piece
from harness.flash.platformio_upload import PlatformioFlasher
from harness.setup import packages_dir

OPTIONS = AttachedTarget("stm32l475xg", platformio_board="disco_l475vg_iot01a")
PIECES = [Piece(0x0808_0000, b"model", "model"), Piece(0x0800_0000, b"firmware", "firmware")]

PLATFORM = """from platformio.public import PlatformBase


class Ststm32Platform(PlatformBase):
    pass
"""
BOARD = {
    "build": {"mcu": "stm32l475vgt6", "f_cpu": "80000000L"},
    "frameworks": [],
    "name": "ST B-L475E-IOT01A Discovery kit",
    "upload": {"maximum_ram_size": 98304, "maximum_size": 1048576, "protocol": "stlink", "protocols": ["stlink"]},
    "url": "",
    "vendor": "ST",
}
BUILDER = """from os.path import join
from SCons.Script import COMMAND_LINE_TARGETS, AlwaysBuild, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
assert "nobuild" in COMMAND_LINE_TARGETS
image = join("$BUILD_DIR", "firmware.bin")
AlwaysBuild(env.Alias("nobuild", image))
program = "program {$SOURCE} %s verify reset; shutdown;" % board.get("upload.offset_address")
env.Replace(
    UPLOADER="OPENOCD",
    UPLOADERFLAGS=["-d1", "-f", "board/stm32l4discovery.cfg", "-c", program],
    UPLOADCMD="$UPLOADER $UPLOADERFLAGS",
)
AlwaysBuild(env.Alias("upload", image, [env.VerboseAction("$UPLOADCMD", "Uploading $SOURCE")]))
"""
OPENOCD = """#!/usr/bin/env python3
import json, pathlib, re, sys
image = re.search(r"program {(.*?)}", sys.argv[-1])[1]
told = {"arguments": sys.argv[1:], "image": pathlib.Path(image).read_bytes().hex()}
pathlib.Path("TOLD").write_text(json.dumps(told))
sys.exit(ENDING)
"""


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's PlatformIO folder with that platform."""
    platform = tmp_path / "core" / "platforms" / "ststm32"
    openocd = tmp_path / "openocd"
    for folder in ("builder", "boards"):
        (platform / folder).mkdir(parents=True)
    manifest = {"name": "ststm32", "title": "ST STM32", "description": "", "version": "19.6.0", "packages": {}}
    spec = {"owner": "platformio", "id": None, "name": "ststm32", "requirements": None, "uri": None}
    installed = {"type": "platform", "name": "ststm32", "version": "19.6.0", "spec": spec}
    (platform / "platform.json").write_text(json.dumps(manifest))
    (platform / ".piopm").write_text(json.dumps(installed))
    (platform / "platform.py").write_text(PLATFORM)
    (platform / "boards" / "disco_l475vg_iot01a.json").write_text(json.dumps(BOARD))
    (platform / "builder" / "main.py").write_text(BUILDER.replace("OPENOCD", str(openocd)))
    write_openocd(tmp_path, "0")
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path / "core"))
    monkeypatch.setenv("PLATFORMIO_PACKAGES_DIR", str(packages_dir()))
    return tmp_path


def write_openocd(folder: Path, ending: str) -> None:
    script = folder / "openocd"
    script.write_text(OPENOCD.replace("TOLD", str(folder / "told.json")).replace("ENDING", ending))
    script.chmod(0o755)


def test_firmware_and_model_go_to_openocd_as_one_image_for_that_probe(core: Path) -> None:
    with PlatformioFlasher("0670FF", OPTIONS) as probe:
        assert "0670FF" in probe.description
        assert probe.flash(PIECES).programmed_bytes == 0x80005
    told = json.loads((core / "told.json").read_text())
    image = bytes.fromhex(told["image"])
    assert image.startswith(b"firmware\xff")
    assert image.endswith(b"\xffmodel")
    assert len(image) == 0x80005
    assert told["arguments"][:2] == ["-c", "adapter serial 0670FF"]
    assert "0x8000000 verify reset" in told["arguments"][-1]


def test_a_failure_is_told_with_openocds_last_words(core: Path) -> None:
    write_openocd(core, '"Error: no device found"')
    with PlatformioFlasher("0670FF", OPTIONS) as probe, pytest.raises(FlashError, match="Error: no device found"):
        probe.flash(PIECES)


def test_without_the_platform_nothing_is_downloaded(core: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(core / "empty"))
    with pytest.raises(SetupError, match=r"platform ststm32 is not in .*empty\n.*pio pkg install"):
        PlatformioFlasher("0670FF", OPTIONS)


def test_without_platformios_name_of_the_board() -> None:
    with pytest.raises(ConfigError, match="without a platformio_board"):
        PlatformioFlasher("0670FF", AttachedTarget("stm32l475xg"))
