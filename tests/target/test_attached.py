"""An attached board: what its probe is told, who may use it, and what is said when something is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.attached_board import AttachedBoard, ListFlasher, attached_board, firmware_file
from support.desks import ST_LINK, Cupboard
from support.firmwares import not_a_firmware

from harness.build import Firmware
from harness.config import AttachedTarget, Board
from harness.errors import ConfigError, TargetError
from harness.scan import Plugged, held
from harness.target import Attached, make_target

SLOT = 0x0808_0000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYHIL_HOME", str(tmp_path / "home"))


@pytest.fixture
def desk_board(monkeypatch: pytest.MonkeyPatch) -> Iterator[AttachedBoard]:
    with attached_board() as board:
        monkeypatch.setattr("harness.target.attached.open_flasher", lambda _options, _instance: ListFlasher(board))
        yield board


@pytest.fixture
def target(desk_board: AttachedBoard, boards: dict[str, Board]) -> Iterator[Attached]:
    with another(desk_board, boards) as target:
        yield target


@pytest.fixture
def firmware(tmp_path: Path) -> Firmware:
    return not_a_firmware(firmware_file(tmp_path, "firmware.elf", b"firmware"))


def another(desk_board: AttachedBoard, boards: dict[str, Board]) -> Attached:
    target = make_target(boards["stm32l475"], "attached", desk_board.instance())
    assert isinstance(target, Attached)
    return target


def test_a_start_flashes_what_is_not_there_and_a_rest_keeps_it(
    desk_board: AttachedBoard, target: Attached, firmware: Firmware, tmp_path: Path
) -> None:
    target.start(firmware, b"model")
    assert desk_board.flash == {0x0800_0000: b"firmware", SLOT: b"model"}
    target.rest()
    target.start(firmware, b"model")
    target.rest()
    target.start(firmware, b"other")
    target.rest()
    target.start(not_a_firmware(firmware_file(tmp_path, "next.elf", b"next")), b"other")
    target.stop()
    target.stop()
    assert desk_board.events == [
        ("flash", "firmware", "model"),
        ("run",),
        ("run",),
        ("flash", "model"),
        ("run",),
        ("flash", "firmware"),
        ("run",),
        ("close",),
    ]


def test_a_probe_that_writes_all_gets_all(
    desk_board: AttachedBoard, target: Attached, firmware: Firmware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListFlasher, "writes_all", True)
    for model in (b"model", b"other"):
        target.start(firmware, model)
    assert desk_board.events[2] == ("flash", "firmware", "model")


def test_a_slot_in_ram_is_written_over_the_link(
    desk_board: AttachedBoard, boards: dict[str, Board], firmware: Firmware
) -> None:
    layout = boards["stm32l475"].firmware
    slot_in_ram = replace(layout, model_slot=replace(layout.model_slot, kind="ram"))
    board = replace(boards["stm32l475"], firmware=slot_in_ram)
    options = board.targets["attached"]
    assert isinstance(options, AttachedTarget)
    with Attached(board, options, desk_board.instance()) as target:
        assert not target.preloads_model
        target.start(firmware, b"model")
    assert desk_board.events[0] == ("flash", "firmware")


def test_the_line_carries_bytes_both_ways_and_forgets_those_of_before(
    desk_board: AttachedBoard, target: Attached, firmware: Firmware
) -> None:
    line = target.start(firmware)
    os.write(desk_board.master, b"late")
    assert line.read(10.0)
    os.write(desk_board.master, b"stale")
    target.rest()
    line = target.start(firmware)
    assert line.read(0.0) == b""


def test_what_it_is(target: Attached, boards: dict[str, Board], desk_board: AttachedBoard) -> None:
    assert (target.kind, target.provenance, target.fastest_baud) == ("attached", "rehearsed", 921600)
    assert target.description == (f"desk-1, a stand-in for a board: probe A1 with pyocd, port {desk_board.port}")
    silicon = make_target(boards["stm32l475"], "attached", replace(desk_board.instance(), stand_in=False))
    assert silicon.provenance == "measured"


def test_a_stand_in_that_does_not_say_so_is_refused(
    desk_board: AttachedBoard, boards: dict[str, Board], firmware: Firmware
) -> None:
    honest = replace(desk_board.instance(), stand_in=False)
    said = r"a list is a stand-in, which the entry of desk-1 does not say\n.*stand_in"
    with make_target(boards["stm32l475"], "attached", honest) as target, pytest.raises(TargetError, match=said):
        target.start(firmware)
    assert desk_board.events == [("close",)]


def test_targets_of_one_process_take_turns(
    desk_board: AttachedBoard, target: Attached, boards: dict[str, Board], firmware: Firmware
) -> None:
    target.start(firmware, b"model")
    with another(desk_board, boards) as second:
        with pytest.raises(TargetError, match="desk-1 is in use by another target of this process"):
            second.start(firmware)
        target.rest()
        second.start(firmware, b"other")
        target.stop()  # no longer its own to end
        second.rest()
        second.start(firmware, b"other")
    assert desk_board.events[2:] == [("flash", "model"), ("run",), ("run",), ("close",)]


def test_a_probe_in_use_elsewhere_is_not_touched(
    desk_board: AttachedBoard, target: Attached, firmware: Firmware
) -> None:
    with held("probe", "A1", "desk-1"), pytest.raises(TargetError, match="probe A1 of desk-1 is in use by process"):
        target.start(firmware)
    assert desk_board.events == []
    target.start(firmware)


def test_a_failed_flashing_is_repeated_whole(desk_board: AttachedBoard, target: Attached, firmware: Firmware) -> None:
    target.start(firmware, b"model")
    desk_board.flash_error = TargetError("the probe is lost")
    with pytest.raises(TargetError, match="the probe is lost"):
        target.start(firmware, b"other")
    target.stop()
    desk_board.flash_error = None
    target.start(firmware, b"other")
    assert desk_board.events[2:] == [("flash", "model"), ("close",), ("flash", "firmware", "model"), ("run",)]


def test_no_port_has_the_serial_number(
    desk_board: AttachedBoard, boards: dict[str, Board], firmware: Firmware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.target.attached.plugged_in", Plugged)
    lost = replace(desk_board.instance(), port="B2")
    said = r"desk-1: no serial port has the USB serial number B2\n.*--scan"
    with make_target(boards["stm32l475"], "attached", lost) as target, pytest.raises(TargetError, match=said):
        target.start(firmware)


def test_a_probe_without_permission_is_told_with_its_rule(
    target: Attached, firmware: Firmware, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "004"
    node.touch()
    cupboard = Cupboard().plug("A1", node=node)
    monkeypatch.setattr("harness.target.attached.plugged_in", lambda: cupboard.plugged)
    monkeypatch.setattr("harness.target.attached.may_open", lambda _path: False)  # root may open everything
    with pytest.raises(TargetError, match=rf"may not be opened: .*004\n.*(\n.*)*{ST_LINK[:4]}"):
        target.start(firmware)


def test_which_attached_board_must_be_said(boards: dict[str, Board]) -> None:
    with pytest.raises(ConfigError, match="stm32l475: it is not said which attached board"):
        make_target(boards["stm32l475"], "attached")
