"""The table of boards, and that the document has it."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from harness.config import load_boards
from harness.paths import shipped_boards_file
from harness.report.board_table import binary_size, board_table

DOCUMENT = Path(__file__).parents[2] / "docs" / "boards.md"


def test_the_document_has_the_table_of_today() -> None:
    table = board_table(load_boards([shipped_boards_file()]).values())
    assert table in DOCUMENT.read_text(encoding="utf-8"), "harness boards --markdown"


def test_a_board_without_machine_memories_or_energy_has_empty_cells() -> None:
    boards = load_boards([shipped_boards_file()])
    assert board_table([boards["native"]]).endswith("| `native` | host | host |  |  |  |  |\n")


def test_a_cycle_model_says_how_far_it_is_known_to_lie_off() -> None:
    board = load_boards([shipped_boards_file()])["stm32l475"]
    assert board.cost_model is not None
    for percent, said in ((None, "not validated"), (12, "within 12% of silicon")):
        model = replace(board.cost_model, core=replace(board.cost_model.core, error_percent=percent))
        assert f"| cortex-m4f, flash 4 wait states; {said} |" in board_table([replace(board, cost_model=model)])


def test_a_calibrated_cycle_model_says_so() -> None:
    board = load_boards([shipped_boards_file()])["stm32l475"]
    assert board.cost_model is not None
    calibrated = replace(board, cost_model=replace(board.cost_model, cycle_scale=1.13))
    assert "; calibrated x1.13 |" in board_table([calibrated])


def test_sizes_are_whole_units_or_bytes() -> None:
    assert [binary_size(size) for size in (3 << 20, 96 << 10, 7_700)] == ["3 MiB", "96 KiB", "7700 B"]
