"""The stand-in for a board: its flash, its serial port, its marker, as a program of its own and its end."""

from __future__ import annotations

import importlib.util
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import serial
from support.stand_in_desk import put_into_flash, short_folder, stand_in_desk

from harness.build import build_firmware
from harness.config import Board, boards_files, load_boards, load_instances
from harness.config.attached import MeterKind
from harness.errors import ConfigError, SetupError, TargetError
from harness.link.baud import raise_baud
from harness.link.client import Device
from harness.measure.energy.meters import open_meter
from harness.paths import shipped_boards_file
from harness.standin.desk import INSTANCE, Desk
from harness.standin.folder import DeskFolder
from harness.standin.live import BUSY_A, QUIET_A, LiveWaveform
from harness.standin.meters import PLAYERS
from harness.target.serial_line import SerialLine

MODEL = (Path(__file__).parents[2] / "suites/digits/digits_int8.tflite").read_bytes()
VECTOR = bytes(64)


@pytest.fixture(scope="module")
def boards() -> dict[str, Board]:
    return load_boards(boards_files(Path(__file__).parents[2]))


@pytest.fixture(scope="module")
def board(boards: dict[str, Board]) -> Board:
    return boards["stm32l475"]


@pytest.fixture
def desk(board: Board) -> Iterator[Desk]:
    with stand_in_desk(board) as desk:
        put_into_flash(desk, board, build_firmware(board, "builtin"), MODEL)
        yield desk


def open_port(desk: Desk) -> SerialLine:
    return SerialLine(serial.Serial(str(desk.folder / "serial"), 115200, timeout=0.05), "the port")


def answer_to(port: SerialLine, data: bytes) -> bytes:
    """What comes within a while; a running firmware answers a bad frame with NAK."""
    while port.read(0.2):  # what was under way before, e.g. the delimiter behind an answer
        pass
    port.write(data)
    return port.read(0.3)


def control(desk: Desk) -> DeskFolder:
    return DeskFolder(desk.folder)


def test_it_runs_what_its_flash_holds_when_it_is_told_to(desk: Desk) -> None:
    with closing(open_port(desk)) as port:
        control(desk).tell("run")
        device = Device(port)
        assert (device.hello.board, device.load(MODEL).input_bytes) == ("stm32l475", 64)
        control(desk).flash_file.write_bytes(bytes(1 << 20))
        device.infer(VECTOR)  # not before its reset
        control(desk).tell("run")
        assert answer_to(port, b"\1\2\0" * 10) == b""


def test_halted_it_is_silent_and_what_it_was_told_is_lost(desk: Desk) -> None:
    control(desk).tell("run")
    with closing(open_port(desk)) as port:
        device = Device(port)
        device.status()  # behind the answers to every HELLO that was sent meanwhile
        control(desk).tell("halt")
        assert answer_to(port, b"\1\2\0" * 10) == b""
        control(desk).tell("run")
        assert port.read(0.3) == b""  # no NAK
        device.greet()


@pytest.mark.parametrize(("limit", "raised"), [(float("inf"), 921600), (500_000, 460800)])
def test_its_line_takes_the_rates_that_it_is_said_to_carry(board: Board, limit: float, raised: int) -> None:
    with stand_in_desk(board, limit_baud=limit) as desk:
        put_into_flash(desk, board, build_firmware(board, "builtin"), MODEL).tell("run")
        with closing(open_port(desk)) as port:
            device = Device(port)
            assert raise_baud(device, port, 921600) == raised
            device.load(MODEL)
            outputs = set(device.infer_many([VECTOR] * 50))
            assert len(outputs) == 1


def test_the_marker_is_high_while_it_infers(desk: Desk) -> None:
    control(desk).tell("run")
    with closing(open_port(desk)) as port:
        device = Device(port)
        device.load(MODEL)
        begin_s = time.monotonic()
        run = device.time(VECTOR, 500)  # some half second: a busy computer's milliseconds do not matter in it
        end_s = time.monotonic()
    waveform = LiveWaveform(desk.device)
    while waveform.known_until_s() < end_s:
        pass
    times = np.linspace(begin_s, end_s, 10_000)
    high = waveform.marker(times)
    assert not high[0] and not high[-1]
    assert np.count_nonzero(np.diff(high)) == 2  # one window
    assert high.mean() * (end_s - begin_s) == pytest.approx(run.ticks / device.hello.timer_hz, rel=0.1)
    assert set(waveform.current_a(times)) == {BUSY_A, QUIET_A}


def test_a_pulled_cable_ends_the_host_s_line_and_a_plugged_one_is_a_new_one(desk: Desk) -> None:
    control(desk).tell("run")
    with closing(open_port(desk)) as port:
        device = Device(port)
        desk.unplug()
        with pytest.raises(TargetError, match="the port is lost"):
            device.status()
    assert not (desk.folder / "serial").exists()
    desk.plug()
    with closing(open_port(desk)) as port:
        Device(port).load(MODEL)


def test_the_package_that_runs_its_chip_is_missing(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"tinyhil\[standin\]"):
        Desk(board, tmp_path)


def test_its_entry_says_that_it_is_a_stand_in(board: Board) -> None:
    with stand_in_desk(board, meter="ppk2") as desk:
        instance = load_instances([shipped_boards_file(), desk.boards_file])[INSTANCE]
        assert instance.stand_in and instance.board == "stm32l475"
        assert instance.probe == control(desk).read().unique_id
        assert instance.port == str(desk.folder / "serial")


@pytest.mark.parametrize("kind", sorted(PLAYERS))
def test_its_meter_answers_at_the_port_of_its_entry(board: Board, kind: MeterKind) -> None:
    with stand_in_desk(board, meter=kind) as desk:
        entry = load_instances([shipped_boards_file(), desk.boards_file])[INSTANCE].meter
        assert entry is not None
        with open_meter(entry) as meter:
            assert (meter.kind, meter.stand_in) == (kind, True)


@pytest.mark.parametrize("folder", ["/dev/null", "/proc/desk", "/dev/null/desk"])
def test_a_folder_that_cannot_be_made_is_told(board: Board, folder: str) -> None:
    with pytest.raises(TargetError, match=f"{folder}: no desk can be made"):
        Desk(board, Path(folder))


def test_a_folder_holds_one_desk(desk: Desk, board: Board) -> None:
    with pytest.raises(TargetError, match="another desk"):
        Desk(board, desk.folder)


def test_what_a_dead_desk_left_is_replaced(board: Board) -> None:
    with short_folder() as folder:
        (folder / "serial").symlink_to("/dev/pts/nowhere")
        (folder / "control").touch()
        with Desk(board, folder) as desk:
            control(desk).tell("halt")


@pytest.mark.parametrize("name", ["mps2-an386", "native", "microbit", "nucleo-l4r5zi"])
def test_only_the_simulated_chip_has_a_stand_in(boards: dict[str, Board], tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} has no stand-in"):
        Desk(boards[name], tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_unknown_command_is_refused(desk: Desk) -> None:
    with pytest.raises(TargetError, match="unknown command 'jump': one of run, halt, plug, unplug"):
        control(desk).tell("jump")  # type: ignore[arg-type]


# The program that starts a desk, tells its process and waits; what follows on its standard output is the desk's.
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "harness", "desk", "--board=stm32l475", "--folder", sys.argv[1]])
print(child.pid, flush=True)
os.close(1)
sys.stdin.read()
"""


def wait_for_end(process: int) -> None:
    """`process` is a descriptor of os.pidfd_open."""
    assert select.select([process], [], [], 20)[0]
    os.close(process)


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT", "the parent's death"])
def test_the_command_ends_itself_and_the_emulator(board: Board, ending: str) -> None:
    with short_folder() as folder:
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert parent.stdin and parent.stdout
        pid = int(parent.stdout.readline())
        assert "a stand-in for stm32l475, not silicon" in parent.stdout.readline()
        assert "TINYHIL_DESK=" in "".join(parent.stdout.readline() for _ in range(2))
        DeskFolder(folder).tell("run")
        children = "".join(file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children"))
        processes = [os.pidfd_open(pid), os.pidfd_open(int(children))]
        if ending.startswith("SIG"):
            os.kill(pid, signal.Signals[ending])
        else:
            parent.kill()
        for process in processes:
            wait_for_end(process)
        parent.stdin.close()
        parent.wait()
        assert not (folder / "control").exists()
        parent.stdout.close()
