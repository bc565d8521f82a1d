"""The firmware itself, for every board that the harness ships."""

from __future__ import annotations

import pytest

from harness.build import build_firmware
from harness.config import Board, load_boards
from harness.paths import shipped_boards_file

BOARDS = load_boards([shipped_boards_file()])


@pytest.mark.parametrize("name", BOARDS)
def test_builds(name: str) -> None:
    board = BOARDS[name]
    built = build_firmware(board, "builtin")
    assert built.build_id.encode() in built.elf.read_bytes()
    assert (built.hex is None) == (board.core == "host")


@pytest.mark.parametrize("board", [board for board in BOARDS.values() if board.core != "host"], ids=lambda b: b.name)
def test_fits_its_memories(board: Board) -> None:
    layout, footprint = board.firmware, build_firmware(board, "builtin").footprint
    assert layout.code and layout.data
    assert 0 < footprint.flash_bytes <= layout.code.bytes
    assert 0 < footprint.ram_bytes + footprint.stack_bytes <= layout.data.bytes
    by_name = {section.name: section for section in footprint.sections}
    assert by_name[".stack"].bytes == footprint.stack_bytes
    assert by_name[".text"].memory == layout.code.memory
    assert by_name[".bss"].memory == layout.data.memory


def test_variables_of_a_host_do_not_count_arena_and_slot() -> None:
    board = BOARDS["native"]
    footprint = build_firmware(board, "builtin").footprint
    assert 0 < footprint.ram_bytes < board.firmware.arena.bytes
