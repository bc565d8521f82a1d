"""Which sessions are listed, and how they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from harness.history import Group, Index, SessionFilter, Summary, listing_json, listing_lines, listing_notes
from harness.report.session import Checkout

GROUPS = [Group("digits", "stm32l475", "tflm"), Group("keywords", "native", "builtin")]
START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def summary(**changes: object) -> Summary:
    groups = changes.pop("groups", GROUPS)
    fields: dict[str, object] = {
        "id": "20260131T120000Z-0123456",
        "started": START,
        "ended": "later",
        "outcome": "passed",
        "checkout": Checkout("0123456789abcdef0123456789abcdef01234567", dirty=False, branch="main"),
        "boards": ("stm32l475", "native"),
        "groups_json": msgspec.Raw(msgspec.json.encode(groups)),
        "ran_on_json": msgspec.Raw(b"[]"),
    }
    return Summary(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"suite": "digits"},
        {"suite": "digits", "board": "stm32l475", "engine": "tflm"},
        {"board": "native", "branch": "main", "commit": "0123456", "since": START},
    ],
)
def test_a_session_is_wanted(wanted: dict[str, object]) -> None:
    assert SessionFilter(**wanted).matches(summary())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "unwanted",
    [
        {"suite": "images"},
        {"board": "stm32l475", "engine": "builtin"},  # each is there, but of no run together
        {"branch": "topic"},
        {"commit": "123"},
        {"since": START + timedelta(seconds=1)},
    ],
)
def test_a_session_is_not_wanted(unwanted: dict[str, object]) -> None:
    assert not SessionFilter(**unwanted).matches(summary())  # type: ignore[arg-type]


def test_outside_of_a_checkout_there_is_no_branch_and_no_commit() -> None:
    for wanted in (SessionFilter(branch="main"), SessionFilter(commit="0")):
        assert not wanted.matches(summary(checkout=None))


def test_a_list_has_a_line_for_each_session_where_there_is_room() -> None:
    dirty = Checkout("fedcba9876543210", dirty=True, branch=None)
    first = summary(boards=("stm32l475",))
    second = summary(id="20260131T130000Z-fedcba9-dirty", checkout=dirty, outcome="running", boards=(), groups=[])
    session, started = "20260131T120000Z-0123456      ", "2026-01-31 12:00"
    assert list(listing_lines([first, second], 126)) == [
        "session                         started           commit    outcome       branch"
        "  boards     engines        suites",
        f"{session}  {started}  0123456   passed        main    stm32l475  tflm, builtin  digits, keywords",
        f"{second.id}  {started}  fedcba9*  not finished",
    ]


def test_in_80_columns_what_has_no_room_comes_below() -> None:
    branch = Checkout("0123456789abcdef", dirty=True, branch="a-branch-with-a-long-name")
    long = summary(checkout=branch, boards=tuple(f"board-number-{number}" for number in range(7)))
    assert list(listing_lines([long], 80)) == [
        "session                   started           commit    outcome  branch",
        "  boards · engines · suites",
        "20260131T120000Z-0123456  2026-01-31 12:00  0123456*  passed   a-branch-with-a-…",
        "  board-number-0, board-number-1, board-number-2, board-number-3,",
        "  board-number-4, board-number-5, board-number-6 · tflm, builtin · digits,",
        "  keywords",
    ]


def test_no_session_is_no_heading() -> None:
    assert list(listing_lines([], 80)) == []


def test_names_are_printed_without_control_characters() -> None:
    hostile = summary(id="\x1b[31m", checkout=Checkout("\x07", dirty=False, branch="a\nb"), boards=("\x1b]0;x\x07",))
    for width in (40, 200):
        assert all(line.isprintable() for line in listing_lines([hostile], width))


def test_notes_say_what_is_dirty_and_what_cannot_be_read() -> None:
    unreadable = {f"old{number}": "schema version 1" for number in range(6)} | {"cut\x1b": "truncated"}
    index = Index(Path("reports"), {}, unreadable, {})
    dirty = summary(checkout=Checkout("01", dirty=True))
    assert list(listing_notes([dirty], index)) == [
        "* the checkout was dirty: its files differed from that commit",
        "6 sessions cannot be read: schema version 1: old5, old4, old3, old2, old1, …",
        "1 session cannot be read: truncated: cut?",
    ]
    assert list(listing_notes([summary()], Index(Path("reports"), {}, {}, {}))) == []


def test_other_programs_get_all_of_it() -> None:
    told = listing_json([summary()], Index(Path("reports"), {}, {"cut": "truncated"}, {}))
    assert told == {
        "sessions": [
            {
                "id": "20260131T120000Z-0123456",
                "started": "2026-01-31T12:00:00+00:00",
                "outcome": "passed",
                "checkout": {"commit": "0123456789abcdef0123456789abcdef01234567", "dirty": False, "branch": "main"},
                "boards": ("stm32l475", "native"),
                "places": (),
                "engines": ("tflm", "builtin"),
                "suites": ("digits", "keywords"),
            }
        ],
        "unreadable": [{"id": "cut", "reason": "truncated"}],
    }


def test_places_are_listed_where_there_is_a_farm() -> None:
    local, farmed = summary(), summary(places=("rack1-1", "rack1-2"))
    heading, *lines = listing_lines([local, farmed], 200)
    assert "places" in heading
    assert "rack1-1, rack1-2" in lines[1]
    assert "places" not in next(iter(listing_lines([local], 200)))
