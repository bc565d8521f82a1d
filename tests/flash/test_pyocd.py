"""pyOCD itself, and its flash algorithm for the STM32L475, on the simulated probe."""

from __future__ import annotations

import logging
import os
import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyocd.core.target import Target
from support.desk_server import desk_server
from support.simulated_chip import FLASH_ADDRESS, FLASH_BYTES, make_desk

from harness.config import IdRegister
from harness.flash.base import FlashError, Piece
from harness.flash.pyocd import PyocdFlasher
from harness.standin.folder import VARIABLE, DeskFolder
from harness.standin.probe import StandInProbe

TARGET = "stm32l475xg"
ID_REGISTER = IdRegister(address=0xE0042000, mask=0xFFF, value=0x415)
SECTOR_BYTES, PAGE_BYTES = 2048, 1024  # what pyOCD erases and programs at once
SLOT_ADDRESS = FLASH_ADDRESS + FLASH_BYTES // 2
VECTORS = struct.pack("<II", 0x20018000, FLASH_ADDRESS + 0x101)
random_bytes = random.Random(0).randbytes
FIRMWARE = Piece(FLASH_ADDRESS, VECTORS + random_bytes(3 * SECTOR_BYTES - 8), "firmware")
MODEL = Piece(SLOT_ADDRESS, random_bytes(SECTOR_BYTES + 5), "model")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskFolder:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "desk"))
    return make_desk(tmp_path / "desk")


@pytest.fixture
def flasher(desk: DeskFolder) -> Iterator[PyocdFlasher]:
    with PyocdFlasher("DESK1", TARGET, ID_REGISTER) as flasher:
        yield flasher


def content(desk: DeskFolder, piece: Piece) -> bytes:
    offset = piece.address - FLASH_ADDRESS
    return desk.flash_file.read_bytes()[offset : offset + len(piece.data)]


def flash_once(*pieces: Piece, **options: Any) -> None:
    with PyocdFlasher("DESK1", TARGET, ID_REGISTER, **options) as flasher:
        flasher.flash(pieces)


def test_it_says_that_the_probe_is_a_stand_in(flasher: PyocdFlasher) -> None:
    assert flasher.stand_in
    assert "stand-in" in flasher.description and "DESK1 through pyOCD" in flasher.description


def test_pieces_are_programmed_and_all_else_stays_erased(desk: DeskFolder, flasher: PyocdFlasher) -> None:
    done = flasher.flash([FIRMWARE, MODEL])
    image = bytearray(b"\xff" * FLASH_BYTES)
    for piece in (FIRMWARE, MODEL):
        image[piece.address - FLASH_ADDRESS : piece.address - FLASH_ADDRESS + len(piece.data)] = piece.data
    assert desk.flash_file.read_bytes() == image
    assert (done.erased_bytes, done.programmed_bytes, done.skipped_bytes) == (5 * SECTOR_BYTES, 5 * SECTOR_BYTES, 0)


def test_what_is_there_already_is_skipped(flasher: PyocdFlasher) -> None:
    flasher.flash([FIRMWARE, MODEL])
    done = flasher.flash([FIRMWARE, MODEL])
    assert (done.erased_bytes, done.programmed_bytes, done.skipped_bytes) == (0, 0, 5 * SECTOR_BYTES)


def test_another_model_changes_its_sectors_alone(desk: DeskFolder, flasher: PyocdFlasher) -> None:
    flasher.flash([FIRMWARE, MODEL])
    changed = Piece(MODEL.address, b"\x55" + MODEL.data[1:], "model")
    done = flasher.flash([FIRMWARE, changed])
    assert content(desk, changed) == changed.data and content(desk, FIRMWARE) == FIRMWARE.data
    assert (done.erased_bytes, done.programmed_bytes, done.skipped_bytes) == (
        SECTOR_BYTES,
        SECTOR_BYTES,
        4 * SECTOR_BYTES,
    )


def test_what_lies_in_the_same_sector_stays(desk: DeskFolder, flasher: PyocdFlasher) -> None:
    neighbour = Piece(SLOT_ADDRESS + PAGE_BYTES, b"neighbour", "neighbour")
    flasher.flash([neighbour])
    flasher.flash([Piece(SLOT_ADDRESS, b"short", "model")])
    assert content(desk, neighbour) == neighbour.data


def test_the_board_stands_still_while_it_is_flashed(desk: DeskFolder) -> None:
    with desk_server(desk) as told, PyocdFlasher("DESK1", TARGET, ID_REGISTER) as flasher:
        assert told == ["halt"]
        flasher.flash([FIRMWARE])
        assert told == ["halt"]
        flasher.run()
        assert told == ["halt", "run"]


def test_a_running_board_is_left_alone_when_the_probe_is_given_up(desk: DeskFolder) -> None:
    with desk_server(desk) as told:
        with PyocdFlasher("DESK1", TARGET, ID_REGISTER) as flasher:
            flasher.flash([FIRMWARE])
            flasher.run()
        assert told == ["halt", "run"]


def test_a_running_board_is_flashed_again(desk: DeskFolder) -> None:
    with desk_server(desk) as told, PyocdFlasher("DESK1", TARGET, ID_REGISTER) as flasher:
        for _ in range(2):
            flasher.flash([FIRMWARE])
            flasher.run()
        assert told == ["halt", "run"] * 2


@pytest.mark.parametrize(("target", "held"), [(TARGET, True), ("nrf51", False)])
def test_an_stm32_alone_is_connected_under_reset(
    desk: DeskFolder, monkeypatch: pytest.MonkeyPatch, target: str, held: bool
) -> None:
    levels: list[bool] = []
    monkeypatch.setattr(StandInProbe, "assert_reset", lambda _, asserted: levels.append(asserted))
    another = IdRegister(address=0xE000ED00, mask=0xFFFF, value=0)  # ends it once it is connected
    with pytest.raises(FlashError, match="another chip"):
        PyocdFlasher("DESK1", target, another)
    assert (True in levels) == held


def test_a_desk_that_cannot_run_the_firmware_is_an_error(desk: DeskFolder) -> None:
    with PyocdFlasher("DESK1", TARGET, ID_REGISTER) as flasher:
        flasher.flash([FIRMWARE])
        with desk_server(desk, "error no QEMU"), pytest.raises(FlashError, match="no QEMU"):
            flasher.run()


def test_an_absent_probe_is_named(desk: DeskFolder) -> None:
    with pytest.raises(FlashError, match="DESK2"):
        PyocdFlasher("DESK2", TARGET)


def test_a_target_that_pyocd_lacks_names_the_pack(desk: DeskFolder) -> None:
    with pytest.raises(FlashError, match="stm32l4r5zitx") as caught:
        PyocdFlasher("DESK1", "stm32l4r5zitx")
    assert "`pyocd pack install stm32l4r5zitx`" in caught.value.fix


def test_another_chip_is_refused_before_anything_is_written(desk: DeskFolder) -> None:
    before = desk.flash_file.read_bytes()
    make_desk(desk.path, idcode=0x10006470)
    with pytest.raises(FlashError, match=r"0x470 there, and 0x415 on the board's"):
        PyocdFlasher("DESK1", TARGET, ID_REGISTER)
    assert desk.flash_file.read_bytes() == before


@pytest.mark.parametrize(("level", "message"), [(1, "protection is at level 1"), (2, "not detected")])
def test_a_locked_chip_is_refused_and_not_erased(desk: DeskFolder, level: int, message: str) -> None:
    flash_once(FIRMWARE)
    make_desk(desk.path, rdp_level=level)
    with pytest.raises(FlashError, match=message):
        PyocdFlasher("DESK1", TARGET, ID_REGISTER)
    assert content(desk, FIRMWARE) == FIRMWARE.data


@pytest.mark.parametrize(
    ("faults", "options", "message"),
    [
        ({"stuck_bsy": True}, {"controller_timeout_s": 0.2}, "timed out"),
        ({"progerr_at_dword": 300}, {}, "program page failure .*0x08000800"),
        ({"wrperr_page": 2}, {}, "erase sector failure .*0x08001000"),
    ],
)
def test_a_flash_that_refuses_is_an_error_and_the_next_run_mends_it(
    desk: DeskFolder, faults: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    make_desk(desk.path, **faults)
    with pytest.raises(FlashError, match=message) as caught:
        flash_once(FIRMWARE, **options)
    assert "DESK1" in caught.value.cause
    make_desk(desk.path)
    flash_once(FIRMWARE)
    assert content(desk, FIRMWARE) == FIRMWARE.data


@pytest.mark.parametrize("limit", [100, 2000, 5000, 9000])
def test_a_probe_that_is_lost_is_an_error_and_the_next_run_mends_it(desk: DeskFolder, limit: int) -> None:
    make_desk(desk.path, vanish_after_bytes=limit)
    with pytest.raises(FlashError, match="DESK1 is gone") as caught:
        flash_once(FIRMWARE)
    assert "plug the probe in again" in caught.value.fix
    assert content(desk, FIRMWARE) != FIRMWARE.data
    make_desk(desk.path)
    flash_once(FIRMWARE)
    assert content(desk, FIRMWARE) == FIRMWARE.data


def test_a_piece_outside_of_the_flash_is_an_error(flasher: PyocdFlasher) -> None:
    with pytest.raises(FlashError, match="0x09000000"):
        flasher.flash([Piece(0x09000000, b"lost", "model")])


def test_bytes_that_do_not_stay_are_an_error(desk: DeskFolder, flasher: PyocdFlasher) -> None:
    def worn_out(notification: object) -> None:
        with desk.flash_file.open("r+b") as file:
            file.seek(7)
            file.write(b"\x5a")

    flasher._connect().subscribe(worn_out, Target.Event.POST_FLASH_PROGRAM)
    with pytest.raises(FlashError, match="firmware: 0x08000007 reads 0x5a instead of 0x08 after programming"):
        flasher.flash([FIRMWARE])


def test_two_probes_never_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desks = [make_desk(tmp_path / name, name) for name in ("DESK1", "DESK10")]
    monkeypatch.setenv(VARIABLE, os.pathsep.join(str(desk.path) for desk in desks))
    pieces = [FIRMWARE, Piece(FIRMWARE.address, FIRMWARE.data[::-1], "firmware")]
    with PyocdFlasher("DESK1", TARGET) as first, PyocdFlasher("DESK10", TARGET) as second:
        second.flash([pieces[1]])
        first.flash([pieces[0]])
    assert [content(desk, piece) for desk, piece in zip(desks, pieces, strict=True)] == [piece.data for piece in pieces]


def test_files_of_the_users_folder_change_nothing(
    desk: DeskFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyocd.yaml").write_text("target_override: cortex_m\n")
    (tmp_path / "pyocd_user.py").write_text("raise SystemExit('ran')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYOCD_PROJECT_DIR", "/")
    flash_once(FIRMWARE)
    assert content(desk, FIRMWARE) == FIRMWARE.data
    assert Path.cwd() == tmp_path


def test_pyocd_prints_nothing(
    desk: DeskFolder, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    make_desk(desk.path, vanish_after_bytes=2000)
    with caplog.at_level(logging.DEBUG), pytest.raises(FlashError):
        flash_once(FIRMWARE)
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.startswith("pyocd")]
