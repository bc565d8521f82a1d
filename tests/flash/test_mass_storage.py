"""A DAPLink disk, played by a folder: what is copied, and what it answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from intelhex import IntelHex

from harness.flash.base import FlashError, Piece
from harness.flash.mass_storage import MassStorageFlasher, mounted_volumes

PIECES = [Piece(0, b"firmware", "firmware"), Piece(0x28000, b"model", "model")]


class FolderDisk:
    """Takes the file at the third look at the clock, as a disk that is away in between; `failure` is its FAIL.TXT."""

    def __init__(self, folder: Path, unique_id: str, failure: str = "", returns: bool = True) -> None:
        self.folder = folder / unique_id
        self.folder.mkdir()
        (self.folder / "DETAILS.TXT").write_text(
            f"# DAPLink Firmware\r\nUnique ID: {unique_id}\r\nHIC ID: 97969900\r\n"
        )
        self.failure = failure
        self.returns = returns
        self.taken: IntelHex | None = None
        self._waits = 0

    def volumes(self) -> list[Path]:
        away = self._waits == 2 or (self._waits > 2 and not self.returns)
        return [] if away else [self.folder.parent / "other", self.folder]

    def wait(self, _seconds: float) -> None:
        self._waits += 1
        if self._waits == 2:
            self.taken = IntelHex(str(self.folder / "firmware.hex"))
            (self.folder / "firmware.hex").unlink()
            if self.failure:
                (self.folder / "FAIL.TXT").write_text(self.failure)


def flasher(disk: FolderDisk) -> MassStorageFlasher:
    return MassStorageFlasher("9900A1", disk.volumes, disk.wait)


def test_all_pieces_are_copied_to_the_disk_of_that_id(tmp_path: Path) -> None:
    disk, other = FolderDisk(tmp_path, "9900a1"), FolderDisk(tmp_path, "other")
    with flasher(disk) as probe:
        assert probe.writes_all
        assert probe.flash(PIECES).programmed_bytes == 13
        probe.run()
    assert disk.taken is not None
    assert disk.taken.gets(0, 8) == b"firmware"
    assert disk.taken.gets(0x28000, 5) == b"model"
    assert not (other.folder / "firmware.hex").exists()


def test_a_refusal_is_told_in_the_disks_words(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path, "9900a1", failure="error: The interface firmware FAILED to erase the flash")
    with flasher(disk) as probe, pytest.raises(FlashError, match=r"refused the firmware: error: .* FAILED to erase"):
        probe.flash(PIECES)


def test_a_disk_that_stays_away(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path, "9900a1", returns=False)
    with flasher(disk) as probe, pytest.raises(FlashError, match=r"did not come back in 60 s\n.*mount"):
        probe.flash(PIECES)


def test_a_disk_that_is_not_mounted(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path, "9900b2")
    with pytest.raises(FlashError, match=r"no disk of the DAPLink probe 9900A1 is mounted\n.*DETAILS\.TXT"):
        flasher(disk)


def test_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path, "9900a1")
    (disk.folder / "firmware.hex").mkdir()
    with flasher(disk) as probe, pytest.raises(FlashError, match=r"firmware\.hex: cannot be written: Is a directory"):
        probe.flash(PIECES)


def test_looking_for_disks_works_on_this_computer() -> None:
    assert all(volume.is_absolute() for volume in mounted_volumes())
