"""An emulated board as a service of the network: what it counts, its power, its death."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.farm_boards import listens, started_device

from harness.build import Firmware, build_firmware
from harness.config import Board, boards_files, load_boards
from harness.errors import ConfigError
from harness.link.client import Device
from harness.link.messages import TimedRun
from harness.standin.farm_board import FarmBoard
from harness.standin.reserved_port import LOOPBACK
from harness.target import make_target

REPOSITORY = Path(__file__).parents[2]
MODEL = (REPOSITORY / "suites/digits/digits_int8.tflite").read_bytes()
VECTOR = bytes(64)


@pytest.fixture(scope="module")
def boards() -> dict[str, Board]:
    return load_boards(boards_files(REPOSITORY))


@pytest.fixture
def farm_board(boards: dict[str, Board]) -> Iterator[FarmBoard]:
    with FarmBoard(boards["stm32l475"]) as board:
        yield board


def counted_here(board: Board, firmware: Firmware) -> tuple[TimedRun, tuple[int, ...]]:
    with make_target(board, "emulated") as target:
        return counted(Device(target.start(firmware, MODEL)))


def counted(device: Device) -> tuple[TimedRun, tuple[int, ...]]:
    """The timer's ticks of an inference, and what the plugin counted of it."""
    device.load(MODEL)
    return device.time(VECTOR), device.counters(0)


@pytest.mark.parametrize("name", ["stm32l475", "mps2-an386", "mps3-an547"])
def test_it_counts_as_the_same_board_of_this_computer(boards: dict[str, Board], name: str) -> None:
    board, firmware = boards[name], build_firmware(boards[name], "builtin")
    here = counted_here(board, firmware)
    with FarmBoard(board) as there:
        there.switch_on()
        for _ in range(2):  # the second time over what the first left
            with started_device(there, board, firmware, MODEL) as device:
                assert counted(device) == here


def test_off_it_refuses_connections_and_its_ports_stay(farm_board: FarmBoard) -> None:
    ports = farm_board.line_port, farm_board.stub_port
    for _ in range(2):
        assert not any(map(listens, ports))
        farm_board.switch_on()
        farm_board.switch_on()  # does nothing
        assert all(map(listens, ports))
        farm_board.switch_off()
    assert (farm_board.line_port, farm_board.stub_port) == ports


def test_dead_it_keeps_its_power_and_is_back_when_that_was_off(farm_board: FarmBoard) -> None:
    farm_board.switch_on()
    with socket.create_connection((LOOPBACK, farm_board.line_port), timeout=20) as line:
        farm_board.die()
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(1) == b""
    farm_board.switch_on()
    assert farm_board.is_on and not listens(farm_board.line_port)
    farm_board.switch_off()
    farm_board.switch_on()
    assert listens(farm_board.line_port)


def test_hanging_it_is_silent_and_is_back_when_its_power_was_off(farm_board: FarmBoard) -> None:
    farm_board.switch_on()
    farm_board.hang()
    with socket.create_connection((LOOPBACK, farm_board.stub_port), timeout=0.2) as stub:
        stub.sendall(b"$?#3f")
        with pytest.raises(TimeoutError):
            stub.recv(1)
    farm_board.switch_off()
    farm_board.switch_on()
    with socket.create_connection((LOOPBACK, farm_board.stub_port), timeout=20) as stub:
        stub.sendall(b"$?#3f")
        assert stub.recv(1) == b"+"


def test_one_that_dies_takes_no_other_along(farm_board: FarmBoard, boards: dict[str, Board]) -> None:
    with FarmBoard(boards["mps2-an386"]) as other:
        for each in (farm_board, other):
            each.switch_on()
        other.die()
        assert listens(farm_board.line_port)


def test_it_says_that_it_is_a_stand_in(farm_board: FarmBoard) -> None:
    assert "stm32l475, a stand-in: emulated by QEMU" in farm_board.description


def test_a_board_that_is_not_emulated_is_refused(boards: dict[str, Board]) -> None:
    with pytest.raises(ConfigError, match="board native is not emulated"):
        FarmBoard(boards["native"])


OWNER = """
import sys
from pathlib import Path
from harness.config import boards_files, load_boards
from harness.standin.farm_board import FarmBoard
board = FarmBoard(load_boards(boards_files(Path.cwd()))["stm32l475"])
board.switch_on()
print("on", flush=True)
sys.stdin.read()
"""


def test_it_ends_with_a_farm_that_is_killed() -> None:
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY) as owner:
        assert owner.stdout
        owner.stdout.readline()
        children = "".join(file.read_text() for file in Path(f"/proc/{owner.pid}/task").glob("*/children"))
        emulator = os.pidfd_open(int(children))
        owner.kill()
        assert select.select([emulator], [], [], 20)[0]
        os.close(emulator)
