"""The firmware's link as native programs, compiled once."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.native_cpp import compile_program

from harness.paths import firmware_dir

_HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frame codec; codec.cpp says what it reads and prints."""
    return compile_program(tmp_path_factory.mktemp("codec") / "codec", [_HERE / "codec.cpp"], ["link"])


@pytest.fixture(scope="session")
def fake_device(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of `firmware/src` on a board and an engine that are fake."""
    return compile_program(
        tmp_path_factory.mktemp("device") / "device",
        [*sorted((firmware_dir() / "src").glob("*.cpp")), _HERE / "fake_board.cpp", _HERE / "fake_engine.cpp"],
        ["bytes", "engine", "board", "link"],
        {"HARNESS_BOARD": '"fake"', "HARNESS_BUILD_ID": '"b1"'},
    )
