"""The demo farm: labgrid's own programs with stand-ins behind them, on the loopback alone, and nothing left of it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.farm_boards import listens
from support.stand_in_desk import short_folder

from harness.config import Board, boards_files, load_boards
from harness.errors import ConfigError, TargetError
from harness.farm import Coordinator
from harness.standin.farm import DemoFarm
from harness.standin.farm_board import FarmBoard
from harness.standin.farm_desk import FarmDesk
from harness.standin.reserved_port import LOOPBACK, ReservedPort

REPOSITORY = Path(__file__).parents[2]
OTHER_LOOPBACK = "127.0.0.2"  # reaches what listens on every interface, and nothing that listens on 127.0.0.1


@pytest.fixture(scope="module")
def boards() -> dict[str, Board]:
    return load_boards(boards_files(REPOSITORY))


@pytest.fixture(scope="module")
def farm(boards: dict[str, Board]) -> Iterator[DemoFarm]:
    with short_folder() as folder, DemoFarm([boards["stm32l475"], boards["mps2-an386"]], 5, [None], folder) as farm:
        yield farm


@pytest.fixture
def coordinator(farm: DemoFarm) -> Iterator[Coordinator]:
    with Coordinator(farm.address) as coordinator:
        yield coordinator


def test_boards_stand_in_racks_in_turn_and_desks_have_the_first(farm: DemoFarm) -> None:
    assert {name: board.board_name for name, board in farm.boards.items()} == {
        "rack1-1": "stm32l475",
        "rack1-2": "mps2-an386",
        "rack1-3": "stm32l475",
        "rack1-4": "mps2-an386",
        "rack2-1": "stm32l475",
        "desk-1": "stm32l475",
    }
    assert list(farm.exporters) == ["rack1", "rack2", "desk"]


def test_all_say_that_they_are_stand_ins(farm: DemoFarm) -> None:
    assert all(f"{board.board_name}, a stand-in: " in board.description for board in farm.boards.values())


def test_it_listens_on_the_loopback_alone(farm: DemoFarm) -> None:
    places = [board.exports for board in farm.boards.values()]
    ports = [export.parameters["port"] for exports in places for export in exports.values()]
    numbers = [port for port in ports if isinstance(port, int)]
    numbers += [int(farm.address.rpartition(":")[2]), int(farm.strip.address.strip("/").rpartition(":")[2])]
    assert len(numbers) == 5 * 2 + 1 + 2
    for number in numbers:
        assert listens(number)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((OTHER_LOOPBACK, number), timeout=10)


def test_labgrid_cuts_the_power_of_a_dead_board_and_it_is_back(farm: DemoFarm, coordinator: Coordinator) -> None:
    board = farm.boards["rack1-1"]
    assert isinstance(board, FarmBoard)
    coordinator.lease("stm32l475", place="rack1-1")
    board.die()
    while listens(board.stub_port):
        pass
    coordinator.power_cycle("rack1-1")
    assert listens(board.stub_port)


def test_a_desk_s_line_is_served_to_who_has_it_on_this_computer(farm: DemoFarm, coordinator: Coordinator) -> None:
    assert coordinator.place("desk-1").tags["kind"] == "desk"
    leased = coordinator.lease("stm32l475", {"kind": "desk"})
    _, number = leased.serial.address
    assert listens(number)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((OTHER_LOOPBACK, number), timeout=10)


def test_a_desk_is_switched_off_and_on(farm: DemoFarm) -> None:
    outlet = farm.boards["desk-1"].outlet
    assert outlet.is_on()
    outlet.switch_off()
    assert not outlet.is_on()
    outlet.switch_on()
    assert outlet.is_on()


def test_what_has_ended_is_started_again(farm: DemoFarm) -> None:
    desk = farm.boards["desk-1"]
    assert isinstance(desk, FarmDesk)
    assert farm.mend() == []
    for service in (farm.exporters["rack2"], farm.coordinator, desk.server):
        service.kill()
    names = ("coordinator", "rack2", "desk-1-probe")
    assert {f"{name} had ended, and was started again" for name in names} <= set(farm.mend())
    while farm.mend():  # exporters end where their coordinator is lost
        pass
    assert farm.coordinator.is_alive


def test_a_port_that_is_taken_is_told(boards: dict[str, Board], tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(TargetError, match=f"port {number} of 127.0.0.1: Address already in use"):
            DemoFarm([boards["stm32l475"]], 1, (), tmp_path, number)


def test_a_board_that_is_not_emulated_is_told_and_nothing_stays(boards: dict[str, Board], tmp_path: Path) -> None:
    with ReservedPort() as port, pytest.raises(ConfigError, match="native is not emulated"):
        DemoFarm([boards["native"]], 1, (), tmp_path, port.number)
    with ReservedPort(port.number):
        pass


def test_a_desk_that_cannot_be_is_told_in_its_own_words(boards: dict[str, Board]) -> None:
    with short_folder() as folder, pytest.raises(TargetError, match="board mps2-an386 has no stand-in"):
        DemoFarm([boards["mps2-an386"]], 0, [None], folder)


def test_ser2net_serves_this_computer_alone() -> None:
    command = [sys.executable, "-m", "harness.standin.loopback_ser2net", "/bin/echo", "-Y"]
    command += ["connection: &con01#  accepter: telnet(rfc2217,mode=server),tcp,34567"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout
    assert said == "-Y connection: &con01#  accepter: telnet(rfc2217,mode=server),tcp,127.0.0.1,34567\n"


def descendants(pid: int) -> Iterator[int]:
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, file.read_text().split()):
            yield child
            yield from descendants(child)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_the_command(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "harness", "farm", "demo", "-n1", "--desk=1", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as demo:
        assert demo.stdout
        said = [demo.stdout.readline()]
        while not said[-1].startswith("Ctrl-C ends it"):
            said.append(demo.stdout.readline())
        assert any("pytest -n 2 --target=farm --farm=127.0.0.1:" in line for line in said)
        with contextlib.ExitStack() as open_descriptors:
            ends = [os.pidfd_open(pid) for pid in descendants(demo.pid)]
            assert len(ends) >= 5  # QEMU, desk, pyocd server, coordinator, two exporters
            for end in ends:
                open_descriptors.callback(os.close, end)
            demo.send_signal(ending)
            for end in ends:
                assert select.select([end], [], [], 20)[0]
