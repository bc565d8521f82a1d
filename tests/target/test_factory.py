"""Which target a board and a word give."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from harness.config import AttachedTarget, Board
from harness.errors import ConfigError
from harness.target import TARGET_KINDS, Emulated, Native, check_target, make_target


def test_auto_is_what_the_board_has(boards: dict[str, Board]) -> None:
    assert isinstance(make_target(boards["stm32l475"]), Emulated)
    assert isinstance(make_target(boards["native"]), Native)


def test_every_kind_of_target_in_a_boards_file_is_known(boards: dict[str, Board]) -> None:
    assert {kind for board in boards.values() for kind in board.targets} <= set(TARGET_KINDS)


def test_the_clock_of_an_emulated_target_is_the_boards(boards: dict[str, Board]) -> None:
    target = make_target(boards["mps2-an386"], "emulated")
    assert isinstance(target, Emulated)
    assert target.icount_shift == 6


def test_a_kind_that_the_board_has_not_is_refused_with_those_it_has(boards: dict[str, Board]) -> None:
    with pytest.raises(ConfigError, match=r"has no target 'native'; it has emulated.*\n.*use one of: emulated"):
        check_target(boards["stm32l475"], "native")


def test_an_attached_board_is_not_driven_yet(boards: dict[str, Board]) -> None:
    with pytest.raises(ConfigError, match=r"does not drive targets of kind attached\n.*use one of: emulated"):
        check_target(boards["stm32l475"], "attached")


@pytest.mark.parametrize("kind", ["auto", "attached"])
def test_a_board_of_undriven_targets_alone_is_refused(boards: dict[str, Board], kind: str) -> None:
    board = replace(boards["stm32l475"], targets={"attached": AttachedTarget("stm32l475xg")}, source=Path("b.toml"))
    with pytest.raises(ConfigError, match=r"kind attached\n.*use another board"):
        check_target(board, kind)
