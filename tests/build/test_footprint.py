from __future__ import annotations

from pathlib import Path

import pytest

from harness.build import build_firmware, read_footprint
from harness.config import Board
from harness.errors import BuildError


def test_footprint_of_known_sections(project: Path, board: Board) -> None:
    footprint = build_firmware(board, "builtin").footprint
    by_name = {section.name: section for section in footprint.sections}
    assert by_name[".data"].bytes == 40
    assert by_name[".bss"].bytes == 100
    assert by_name[".data"].memory == "sram2"
    assert by_name[".text"].memory == "flash"
    assert by_name[".arena"].memory == "sram1"
    assert footprint.flash_bytes == by_name[".text"].bytes + 40
    assert footprint.ram_bytes == 140
    assert footprint.stack_bytes == 8192


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"S00600004844521B"])
def test_not_an_elf(board: Board, tmp_path: Path, content: bytes) -> None:
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(content)
    with pytest.raises(BuildError, match=r"firmware\.elf: not a firmware"):
        read_footprint(elf, board)
