"""Every emulated board with an engine that does what a test wants."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.build import Firmware, build_firmware, key, platformio
from harness.config import Board, load_boards
from harness.link.client import Device
from harness.paths import firmware_dir, shipped_boards_file
from harness.target import make_target

_ENGINE = Path(__file__).with_name("engine_probe.cpp")
_MODEL = b"any bytes"
_BOARDS = load_boards([shipped_boards_file()])


@pytest.fixture(scope="session", params=[name for name, board in _BOARDS.items() if "emulated" in board.targets])
def board(request: pytest.FixtureRequest) -> Board:
    return _BOARDS[request.param]


@pytest.fixture(scope="session")
def firmware(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Firmware:
    """A copy of the firmware with the probe as a further engine."""
    folder = tmp_path_factory.mktemp("project") / "firmware"
    shutil.copytree(firmware_dir(), folder)
    (folder / "lib" / "engine_probe").mkdir()
    shutil.copy(_ENGINE, folder / "lib" / "engine_probe")
    with pytest.MonkeyPatch.context() as patch:
        for module in (key, platformio):
            patch.setattr(module, "firmware_dir", lambda: folder)
        return build_firmware(board, "probe")


@pytest.fixture
def device(board: Board, firmware: Firmware) -> Iterator[Device]:
    """Started, with a model loaded whose input is a u32."""
    with make_target(board, "emulated") as target:
        device = Device(target.start(firmware, _MODEL))
        device.load(_MODEL)
        yield device
