"""Which place a run takes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from harness.farm import FarmPlace, Notes, Resource
from harness.farm.wish import Wish

BOARD = "stm32l475"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def place(name: str, exporter: str, owner: str = "", minute: int = 0, alive: bool = True) -> FarmPlace:
    parts = [("serial", "NetworkSerialPort"), ("gdb", "NetworkService")]
    resources = tuple(Resource(part, kind, exporter, alive) for part, kind in parts)
    tags = {"board": BOARD, "health": "ok"}
    return FarmPlace(name, tags, Notes(), owner, BEGIN + timedelta(minutes=minute), resources=resources)


def names(*places: FarmPlace) -> list[str]:
    return [place.name for place in Wish(BOARD).choices(places)]


def test_free_ones_come_first_and_of_these_the_one_that_rested_longest() -> None:
    assert names(place("a", "x", "lab/anna"), place("b", "x", minute=2), place("c", "x", minute=1)) == ["c", "b", "a"]


def test_runs_spread_over_exporters() -> None:
    held = [place("a", "x", "lab/anna"), place("b", "x", "lab/bert"), place("c", "y", "lab/cleo")]
    free = [place("d", "x", minute=1), place("e", "y", minute=2), place("f", "z", minute=3)]
    assert names(*held, *free)[:3] == ["f", "e", "d"]


def test_a_dead_exporters_place_is_no_choice() -> None:
    assert names(place("a", "x", alive=False)) == []


def test_what_lacks_a_line_or_a_way_to_its_flash_is_no_choice() -> None:
    whole = place("a", "x")
    mute, fixed = (replace(whole, resources=(part,)) for part in reversed(whole.resources))
    assert names(mute, fixed) == []
    wish = Wish(BOARD)
    assert wish.obstacle(mute) == "needs one serial port, or one of several that it calls serial; it has none"
    assert wish.obstacle(fixed) == "needs a NetworkService that it calls probe or gdb; it has serial"
