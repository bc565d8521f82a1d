"""QEMU as a target: what can be wrong before a firmware runs is explained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.firmwares import not_a_firmware

from harness.config import Board, EmulatedTarget
from harness.errors import SetupError, TargetError
from harness.target import Emulated
from harness.target.emulated import qemu_version


@pytest.fixture
def path_of_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder as the only one in PATH; what was known of QEMU is forgotten."""
    monkeypatch.setenv("PATH", str(tmp_path))
    qemu_version.cache_clear()
    yield tmp_path
    qemu_version.cache_clear()


def options(board: Board) -> EmulatedTarget:
    found = board.targets["emulated"]
    assert isinstance(found, EmulatedTarget)
    return found


def test_missing_qemu(boards: dict[str, Board], path_of_tools: Path) -> None:
    board = boards["stm32l475"]
    with (
        pytest.raises(SetupError, match=r"qemu-system-arm is missing; needed is 9\.1 or newer\n.*fix: run"),
        Emulated(board, options(board)) as target,
    ):
        target.start(not_a_firmware(path_of_tools / "firmware.elf"))


def test_old_qemu(boards: dict[str, Board], path_of_tools: Path) -> None:
    tool = path_of_tools / "qemu-system-arm"
    tool.write_text('#!/bin/sh\necho "QEMU emulator version 7.2.17 (Debian 1:7.2+dfsg-7+deb12u14)"\n')
    tool.chmod(0o755)
    board = boards["stm32l475"]
    with (
        pytest.raises(SetupError, match=r"qemu-system-arm is too old \(7\.2\.17\)"),
        Emulated(board, options(board)) as target,
    ):
        target.start(not_a_firmware(path_of_tools / "firmware.elf"))


def test_unknown_machine(boards: dict[str, Board], tmp_path: Path) -> None:
    board = boards["stm32l475"]
    with Emulated(board, replace(options(board), machine="nosuch")) as target:
        stream = target.start(not_a_firmware(tmp_path / "firmware.elf"))
        with pytest.raises(TargetError, match=r'exit status 1:\n.*unsupported machine type: "nosuch"'):
            stream.read(10)


def test_a_firmware_that_is_not_there(boards: dict[str, Board], tmp_path: Path) -> None:
    board = boards["stm32l475"]
    with Emulated(board, options(board)) as target:
        stream = target.start(not_a_firmware(tmp_path / "gone.elf"))
        with pytest.raises(TargetError, match=r"ended with exit status 1:\n.*gone\.elf"):
            stream.read(10)


def test_description_names_version_machine_and_clock(boards: dict[str, Board]) -> None:
    board = boards["stm32l475"]
    assert Emulated(board, options(board)).description == f"QEMU {qemu_version()} b-l475e-iot01a -icount shift=4"
