"""What is told of a farm's places."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harness.farm import FarmPlace, Notes, Owner, Remark, Resource, this_process
from harness.farm.status import HEADINGS, exporters, status_json, status_row, status_summary

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SERIAL = Resource("serial", "NetworkSerialPort", "rack1", alive=True)
FREE = FarmPlace("rack1-1", {"board": "stm32l475", "health": "ok"}, Notes(), "", NOW, resources=(SERIAL,))


def cells(place: FarmPlace) -> dict[str, str]:
    return dict(zip(HEADINGS, status_row(place, NOW), strict=True))


def ended_owner() -> Owner:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return replace(this_process(), pid=ended.pid)


def test_a_free_place_is_told() -> None:
    assert cells(FREE) == {
        "place": "rack1-1",
        "board": "stm32l475",
        "health": "ok",
        "held by": "",
        "last result": "",
        "exporter": "rack1",
    }


@pytest.mark.parametrize(
    ("age", "word"),
    [
        (timedelta(seconds=0), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=2, hours=1), "2 d"),
        (timedelta(seconds=-5), "0 s"),  # another computer's clock
    ],
)
def test_the_last_result_and_its_age_are_told(age: timedelta, word: str) -> None:
    assert cells(replace(FREE, notes=Notes(last=Remark("passed", NOW - age))))["last result"] == f"passed {word} ago"


def test_a_quarantine_is_told_with_its_reason() -> None:
    place = replace(FREE, tags=FREE.tags | {"health": "quarantined"})  # type: ignore[operator]
    assert cells(place)["health"] == "quarantined"
    notes = Notes(quarantine=Remark("no answer", NOW - timedelta(minutes=5)))
    assert cells(replace(place, notes=notes))["health"] == "quarantined 5 min ago: no answer"


def test_a_holder_is_told_in_words() -> None:
    held = replace(FREE, changed=NOW - timedelta(minutes=3))
    assert cells(replace(held, owner="pc/ann"))["held by"] == "pc/ann for 3 min"
    mine = this_process()
    assert cells(replace(held, owner=str(mine)))["held by"] == (
        f"{mine.user}@{mine.host} (pid {os.getpid()}) for 3 min"
    )
    assert cells(replace(held, owner=str(ended_owner())))["held by"].endswith(", which has ended")
    assert cells(replace(FREE, reservation="TOKEN"))["held by"] == "reserved"


def test_missing_tags_and_further_ones_are_told() -> None:
    bare = cells(replace(FREE, tags={"flash": "external", "bench": "3"}))
    assert (bare["board"], bare["health"]) == ("no tag board=…", "no tag health=…")
    assert bare["place"] == "rack1-1\nbench=3\nflash=external"


def test_an_exporter_that_is_gone_is_told() -> None:
    gone = replace(FREE, resources=(), missing=("rack2/rack2-1/NetworkSerialPort/serial",))
    dead = replace(FREE, resources=(replace(SERIAL, exporter="rack3", alive=False),))
    assert cells(gone)["exporter"] == "rack2 is gone"
    assert exporters([FREE, gone, dead]) == {"rack1": False, "rack2": True, "rack3": True}


def test_the_summary_counts() -> None:
    quarantined = replace(FREE, tags={"board": "stm32l475", "health": "quarantined"})
    gone = replace(FREE, resources=(), missing=("rack2/rack2-1/NetworkSerialPort/serial",))
    assert status_summary([]) == "0 places: 0 free, 0 held"
    assert status_summary([FREE]) == "1 place: 1 free, 0 held"
    assert status_summary([FREE, replace(FREE, owner="pc/ann"), quarantined, gone]) == (
        "4 places: 1 free, 1 held, 1 in quarantine, 1 not exported"
    )


def test_other_programs_are_told_the_same() -> None:
    place = replace(FREE, owner=str(ended_owner()), notes=Notes("by the door", last=Remark("failed", NOW)))
    (told,) = json.loads(json.dumps(status_json([place])))
    assert (told["name"], told["board"], told["health"], told["alive"]) == ("rack1-1", "stm32l475", "ok", True)
    assert (told["owner"], told["owner_ended"]) == (place.owner, True)
    assert told["last"] == {"text": "failed", "when": "2026-01-31T12:00:00+00:00"}
    assert (told["comment"], told["quarantine"], told["exporters"]) == ("by the door", None, {"rack1": True})
    assert status_json([replace(place, owner="pc/ann")])[0]["owner_ended"] is None
