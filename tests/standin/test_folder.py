from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from support.desk_server import desk_server

from harness.errors import TargetError
from harness.standin.folder import VARIABLE, DeskFolder, DeskSettings, Faults, desk_folders

SETTINGS = DeskSettings(
    unique_id="DESK1",
    board="stm32l475",
    probe_target="stm32l475xg",
    flash_address=0x08000000,
    flash_bytes=0x100000,
    idcode=0x10076415,
    faults=Faults(progerr_at_dword=7),
)


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path / "desk")
    folder.write(SETTINGS)
    assert folder.read() == SETTINGS
    assert folder.flash_file.read_bytes() == b"\xff" * 0x100000


def test_new_settings_keep_the_flash(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    folder.write(SETTINGS)
    folder.flash_file.write_bytes(b"firmware")
    folder.write(msgspec.structs.replace(SETTINGS, faults=Faults()))
    assert folder.flash_file.read_bytes() == b"firmware"


def test_an_unknown_fault_is_refused(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    folder.write(SETTINGS)
    file = tmp_path / "desk.json"
    file.write_text(file.read_text().replace("progerr_at_dword", "progerr_at_byte"))
    with pytest.raises(TargetError, match="progerr_at_byte"):
        folder.read()


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"desk\.json"):
        DeskFolder(tmp_path).read()


def test_the_variable_names_the_desks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert desk_folders() == []
    monkeypatch.setenv(VARIABLE, os.pathsep.join(("/one", "/two")))
    assert [folder.path for folder in desk_folders()] == [Path("/one"), Path("/two")]


def test_a_desk_is_told_what_to_do(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    with desk_server(folder) as told:
        folder.tell("halt")
        folder.tell("run")
    assert told == ["halt", "run"]


def test_a_desk_that_refuses_is_an_error(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    with desk_server(folder, "error no QEMU"), pytest.raises(TargetError, match="error no QEMU"):
        folder.tell("run")


def test_a_desk_that_died_is_an_error(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    folder.control.touch()
    with pytest.raises(TargetError, match="control"):
        folder.tell("run")


def test_without_a_desk_nothing_runs(tmp_path: Path) -> None:
    DeskFolder(tmp_path).tell("run")
