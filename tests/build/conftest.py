"""A PlatformIO project of a few lines in place of the firmware, and a store of builds of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.build import key, platformio, tflm
from harness.config import Board, load_boards
from harness.paths import home_dir, shipped_boards_file

_PROJECT = Path(__file__).with_name("project")


@pytest.fixture
def board() -> Board:
    return load_boards([shipped_boards_file()])["stm32l475"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without builds, with the PlatformIO that `make setup` installed."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "platformio").symlink_to(home_dir() / "platformio")
    monkeypatch.setenv("TINYHIL_HOME", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project that `build_firmware` builds in this test."""
    folder = tmp_path / "project"
    shutil.copytree(_PROJECT, folder)
    for module in (key, platformio, tflm):
        monkeypatch.setattr(module, "firmware_dir", lambda: folder)
    return folder
