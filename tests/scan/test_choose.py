"""Which attached board a run takes: the one that is meant, never one that only might be."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.desks import DAPLINK, Cupboard

from harness.config import Board, Instance, load_boards
from harness.errors import ConfigError, TargetError
from harness.paths import shipped_boards_file
from harness.scan.choose import find_attached, need_attached, refuse_unknown_names


@pytest.fixture(scope="module")
def board() -> Board:
    return load_boards([shipped_boards_file()])["stm32l475"]


def found(instance: Instance | None) -> str:
    return instance.name if instance else ""


def test_the_one_claimed_board_that_is_plugged_in(board: Board) -> None:
    desk = Cupboard().plug("A1").claim("near", "A1").claim("far", "B2").desk
    assert found(find_attached(board, desk)) == "near"
    assert found(need_attached(board, desk)) == "near"


def test_a_unique_id_may_be_spelt_in_any_case(board: Board) -> None:
    desk = Cupboard().plug("0670ff").claim("near", "0670FF").desk
    assert found(find_attached(board, desk)) == "near"


def test_a_board_of_another_kind_is_not_taken(board: Board) -> None:
    desk = Cupboard().plug("A1").claim("other", "A1", "nucleo-l4r5zi").plug("C3", DAPLINK).desk
    assert find_attached(board, desk) is None
    with pytest.raises(TargetError, match="no stm32l475 is attached: looked for a probe 0483:374b or 0483:3752"):
        need_attached(board, desk)


def test_a_probe_that_nobody_claims_is_taken_only_where_an_attached_board_is_asked_for(board: Board) -> None:
    desk = Cupboard().plug("A1").desk
    assert find_attached(board, desk) is None
    assert need_attached(board, desk) == Instance("A1", "stm32l475", "A1", "A1")


def test_several_are_named_and_one_is_taken_when_it_is_named(board: Board) -> None:
    desk = Cupboard().plug("A1").plug("B2").claim("left", "A1").claim("right", "B2").desk
    for choose in (find_attached, need_attached):
        with pytest.raises(ConfigError, match=r"2 boards .* stm32l475: left, right\n.*--attached=left"):
            choose(board, desk)
        assert found(choose(board, desk, ["right"])) == "right"
        assert found(choose(board, desk, ["a1"])) == "left"


def test_of_several_strangers_none_is_taken_unless_it_is_named(board: Board) -> None:
    desk = Cupboard().plug("A1").plug("B2").desk
    with pytest.raises(ConfigError, match=r"2 boards .* A1, B2"):
        need_attached(board, desk)
    assert found(find_attached(board, desk, ["B2"])) == "B2"


def test_a_named_board_that_is_not_plugged_in(board: Board) -> None:
    desk = Cupboard().plug("A1").claim("near", "A1").claim("far", "B2").desk
    with pytest.raises(TargetError, match="far is not plugged in: no probe B2"):
        find_attached(board, desk, ["far"])


def test_no_board(board: Board) -> None:
    with pytest.raises(TargetError, match=r"looked for attached\.far \(probe B2\)\n.*--scan"):
        need_attached(board, Cupboard().claim("far", "B2").desk)
    unknown = replace(board, targets={"attached": replace(board.targets["attached"], usb=())})
    with pytest.raises(TargetError, match=r"an entry \[attached"):
        need_attached(unknown, Cupboard().plug("A1").desk)


def test_an_unknown_name_is_refused_with_those_that_are_known(board: Board) -> None:
    desk = Cupboard().plug("A1").claim("desk-1", "A1").desk
    refuse_unknown_names([board], desk, ["desk-1", "a1"])
    with pytest.raises(ConfigError, match=r"--attached=desk-2: .*\n.*desk-1 \(nearest: desk-1\)"):
        refuse_unknown_names([board], desk, ["desk-2"])


def test_a_stand_in_is_there_while_its_port_is(board: Board, tmp_path: Path) -> None:
    port = tmp_path / "serial"
    cupboard = Cupboard(instances=[Instance("stand-in", "stm32l475", "S1", str(port), stand_in=True)])
    assert find_attached(board, cupboard.desk) is None
    with pytest.raises(TargetError, match=rf"stand-in is not plugged in: no port {port}"):
        find_attached(board, cupboard.desk, ["stand-in"])
    with pytest.raises(TargetError, match=rf"looked for attached\.stand-in \(port {port}\)"):
        need_attached(board, cupboard.desk)
    port.touch()
    assert found(find_attached(board, cupboard.desk)) == "stand-in"
