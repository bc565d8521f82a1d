"""A bench on an attached board: its line's rate; where it runs what it ran before, it is flashed once more."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.attached_board import AttachedBoard, ListFlasher, attached_board, firmware_file
from support.firmwares import not_a_firmware
from support.simulated_device import HELLO

from harness.config import load_boards
from harness.errors import LinkError
from harness.link.messages import MessageType
from harness.measure import Bench
from harness.paths import shipped_boards_file

OLD = replace(HELLO, build_id="old")
FRESH = replace(HELLO, build_id="none")  # that of support.firmwares


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AttachedBoard]:
    firmware = not_a_firmware(firmware_file(tmp_path, "firmware.elf", b"firmware"))
    monkeypatch.setenv("TINYHIL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("harness.measure.bench.build_firmware", lambda *_, **__: firmware)
    with attached_board() as board:
        monkeypatch.setattr("harness.target.attached.open_flasher", lambda _options, _instance: ListFlasher(board))
        yield board


def bench_on(board: AttachedBoard) -> Bench:
    known = load_boards([shipped_boards_file()])["stm32l475"]
    return Bench(known, target="attached", timeout_s=5.0, instance=board.instance())


def test_an_old_firmware_is_flashed_over(board: AttachedBoard) -> None:
    board.hellos = [OLD, FRESH]
    with bench_on(board).start() as device:
        assert device.hello.build_id == "none"
    assert board.events[:5] == [("flash", "firmware"), ("run",), ("close",), ("flash", "firmware"), ("run",)]


def test_a_board_that_answers_garbage_is_flashed_over(board: AttachedBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.link.patience.HELLO_ATTEMPTS", 20)  # 0.6 s of 18
    board.garbled_runs, board.hellos = 1, [FRESH]
    with bench_on(board).start() as device:
        assert device.hello.build_id == "none"
    assert [event for event in board.events if event[0] == "flash"] == [("flash", "firmware")] * 2


def test_a_firmware_that_stays_another_is_refused(board: AttachedBoard) -> None:
    board.hellos = [OLD]
    said = r"desk-1, .* runs firmware old, built was none, and it was flashed twice\n.*port is that of its probe"
    with pytest.raises(LinkError, match=said), bench_on(board).start():
        pass
    assert [event for event in board.events if event[0] == "flash"] == [("flash", "firmware")] * 2
    assert board.events[-1] == ("close",)


@pytest.mark.parametrize(("bauds", "raised"), [({460800, 921600}, 921600), ({460800}, 460800), (set(), 115200)])
def test_the_line_goes_on_at_the_fastest_rate_of_the_uart(board: AttachedBoard, bauds: set[int], raised: int) -> None:
    board.hellos, board.bauds = [FRESH], frozenset(bauds)
    bench = bench_on(board)
    for _ in range(2):  # it is reset in between, and starts at 115200 again
        with bench.start():
            assert board.device is not None
            assert board.device.rate.baud == raised
            assert termios.tcgetattr(board.master)[4] == getattr(termios, f"B{raised}")
    assert board.device.executed.count(MessageType.BAUD) == (raised > 115200)  # what failed is not tried again
