"""Which target a board and a word give."""

from __future__ import annotations

from msgspec.structs import replace

from harness.config import AttachedTarget, Board, Instance
from harness.scan import check_target
from harness.target import Attached, Emulated, Native, make_target

INSTANCE = Instance("desk-1", "stm32l475", "A1", "A1")


def test_auto_is_what_the_board_has(boards: dict[str, Board]) -> None:
    assert isinstance(make_target(boards["stm32l475"]), Emulated)
    assert isinstance(make_target(boards["native"]), Native)


def test_the_clock_of_an_emulated_target_is_the_boards(boards: dict[str, Board]) -> None:
    target = make_target(boards["mps2-an386"], "emulated")
    assert isinstance(target, Emulated)
    assert target.icount_shift == 6


def test_a_board_with_no_other_target_is_attached(boards: dict[str, Board]) -> None:
    board = replace(boards["stm32l475"], targets={"attached": AttachedTarget("stm32l475xg")})
    assert check_target(board, "auto") == "attached"
    assert isinstance(make_target(board, "auto", INSTANCE), Attached)
