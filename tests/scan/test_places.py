"""Where a board runs, by a word and what is plugged in."""

from __future__ import annotations

import pytest
from support.desks import Cupboard

from harness.config import Board
from harness.errors import ConfigError, TargetError
from harness.scan import TARGET_KINDS, check_target, choose_places


def test_every_kind_of_target_in_a_boards_file_is_known(boards: dict[str, Board]) -> None:
    assert {kind for board in boards.values() for kind in board.targets} <= set(TARGET_KINDS)


def test_a_kind_that_the_board_has_not_is_refused_with_those_it_has(boards: dict[str, Board]) -> None:
    with pytest.raises(ConfigError, match=r"has no target 'native'; it has emulated.*\n.*use one of: emulated"):
        check_target(boards["stm32l475"], "native")


@pytest.fixture
def cupboard(monkeypatch: pytest.MonkeyPatch) -> Cupboard:
    """What is plugged in, and what entries claim."""
    cupboard = Cupboard()
    monkeypatch.setattr("harness.scan.places.plugged_in", lambda: cupboard.plugged)
    monkeypatch.setattr("harness.scan.places.load_instances", lambda _files: cupboard.desk.instances)
    return cupboard


def places(boards: dict[str, Board], kind: str, *named: str) -> dict[str, str]:
    chosen = choose_places([boards["stm32l475"], boards["native"]], kind, [], named)
    return {name: str(place) for name, place in chosen.items()}


def test_auto_is_the_one_attached_board_else_what_there_always_is(boards: dict[str, Board], cupboard: Cupboard) -> None:
    assert places(boards, "auto") == {"stm32l475": "emulated", "native": "native"}
    cupboard.plug("A1")
    place = choose_places([boards["stm32l475"]], "auto", [])["stm32l475"]
    assert str(place) == "emulated"
    assert place.hint.startswith("probe A1 may be a stm32l475: `harness boards --add`")
    assert places(boards, "auto", "A1")["stm32l475"] == "attached: A1"
    cupboard.claim("desk-1", "A1")
    assert places(boards, "auto") == {"stm32l475": "attached: desk-1", "native": "native"}
    with pytest.raises(ConfigError, match="board native has no target 'attached'"):
        places(boards, "attached")


def test_several_must_be_told_apart(boards: dict[str, Board], cupboard: Cupboard) -> None:
    cupboard.plug("A1").claim("left", "A1").plug("B2").claim("right", "B2")
    with pytest.raises(ConfigError, match="left, right"):
        places(boards, "auto")
    assert places(boards, "auto", "right")["stm32l475"] == "attached: right"


def test_a_name_where_nothing_attached_is_asked_for(boards: dict[str, Board], cupboard: Cupboard) -> None:
    cupboard.plug("A1").claim("desk-1", "A1")
    with pytest.raises(ConfigError, match=r"--attached=desk-1: no board .* to be attached\n.*--target=attached"):
        choose_places([boards["stm32l475"]], "emulated", [], ["desk-1"])
    with pytest.raises(ConfigError, match=r"--attached=desk-2: .*\n.*desk-1"):
        places(boards, "auto", "desk-2")


def test_attached_never_falls_back(boards: dict[str, Board], cupboard: Cupboard) -> None:
    with pytest.raises(TargetError, match="no stm32l475 is attached"):
        choose_places([boards["stm32l475"]], "attached", [])
    cupboard.plug("A1")
    assert choose_places([boards["stm32l475"]], "attached", [])["stm32l475"].instance is not None


def test_nothing_is_looked_for_where_no_board_can_be_attached(
    boards: dict[str, Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.scan.places.plugged_in", lambda: pytest.fail("looked"))
    assert choose_places([boards["native"]], "auto", [])["native"].kind == "native"
    assert choose_places([boards["stm32l475"]], "emulated", [])["stm32l475"].kind == "emulated"
