from __future__ import annotations

from pathlib import Path

import pytest

from harness.flash.base import FlashError, Piece, firmware_pieces
from harness.flash.qemu_loader import memory_image


def test_a_firmware_lies_where_its_segments_are_loaded(tmp_path: Path) -> None:
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(memory_image(b"\x01\x02\x03", 0x08000000))
    assert firmware_pieces(elf) == [Piece(0x08000000, b"\x01\x02\x03", "firmware")]


def test_what_is_no_firmware_is_refused(tmp_path: Path) -> None:
    elf = tmp_path / "firmware.elf"
    elf.write_text("none")
    with pytest.raises(FlashError, match=r"firmware\.elf"):
        firmware_pieces(elf)
