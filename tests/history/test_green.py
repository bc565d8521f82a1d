"""Which night was the last green one, whatever happened to later ones."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from support.session_records import run_record

from harness.history import open_place
from harness.history.green import Green, green_of, green_side, mark_green, read_greens
from harness.history.index import Group
from harness.history.places import Place
from harness.history.transfer import entry_folder, entry_id

MakeSession = Callable[..., Path]
DIGITS = Group("digits", "stm32l475", "builtin")
KEYWORDS = Group("keywords", "stm32l475", "builtin")


@pytest.fixture
def share(tmp_path: Path) -> Place:
    (tmp_path / "share").mkdir()
    return open_place(str(tmp_path / "share"))


def nights(place: Place, branch: str | None = "main") -> list[str]:
    return [green.night for green in read_greens(place, branch)]


def test_the_latest_green_night_of_a_branch_comes_first(share: Place) -> None:
    for night, branch in (("20260102", "main"), ("20260101", "main"), ("20260103", "feature")):
        mark_green(Green(night, branch, {}), share)
    assert nights(share) == ["20260102", "20260101"]
    assert nights(share, "feature") == ["20260103"]
    assert nights(share, None) == []


def test_a_mark_comes_back_as_it_was_and_may_be_made_twice(share: Place, make_session: MakeSession) -> None:
    green = green_of("20260102", "main", [make_session("a"), make_session("b", run_record(suite="keywords"))])
    mark_green(green, share)
    mark_green(green, share)
    assert list(read_greens(share, "main")) == [green]
    assert {entry_id(name): groups for name, groups in green.sessions.items()} == {"a": (DIGITS,), "b": (KEYWORDS,)}


@pytest.mark.parametrize("content", [b"", b"{", b'{"night": 1}', b"\xff"])
def test_a_damaged_mark_is_none(share: Place, content: bytes) -> None:
    mark_green(Green("20260101", "main", {}), share)
    share.put(f"green/20260102.{'0' * 64}", io.BytesIO(content))
    share.put("green/notes.txt", io.BytesIO(content))
    assert nights(share) == ["20260101"]


def test_each_group_is_taken_from_the_latest_green_night_that_ran_it(make_session: MakeSession) -> None:
    old = make_session("old", run_record(vectors=1), run_record(suite="keywords", vectors=1))
    new = make_session("new", run_record(vectors=2))
    greens = [green_of("2", None, [new]), green_of("1", None, [old])]
    side = green_side(greens, [DIGITS, KEYWORDS], partial(entry_folder, reports_dir=new.parent))
    assert {id_.suite: run.record.vectors for id_, run in side.runs.items()} == {"digits": 2, "keywords": 1}
    assert {info.id for info in side.infos} == {"old", "new"}


def test_a_group_that_is_not_wanted_is_not_taken(make_session: MakeSession) -> None:
    both = make_session("both", run_record(), run_record(suite="keywords"))
    side = green_side([green_of("1", None, [both])], [KEYWORDS], partial(entry_folder, reports_dir=both.parent))
    assert [id_.suite for id_ in side.runs] == ["keywords"]


def test_where_a_session_cannot_be_had_an_earlier_night_stands_in(make_session: MakeSession) -> None:
    old, new = (make_session(name, run_record(vectors=count)) for name, count in (("old", 1), ("new", 2)))
    greens = [green_of("2", None, [new]), green_of("1", None, [old])]
    shutil.rmtree(new)
    side = green_side(greens, [DIGITS], partial(entry_folder, reports_dir=old.parent))
    assert [run.record.vectors for run in side.runs.values()] == [1]


def test_another_session_of_the_same_id_is_not_taken_for_it(make_session: MakeSession) -> None:
    """Two computers may begin one in the same second."""
    folder = make_session("20260101T020000Z-0123456")
    green = green_of("1", None, [folder])
    shutil.rmtree(folder)
    make_session(folder.name, run_record(vectors=1))
    assert not green_side([green], [DIGITS], partial(entry_folder, reports_dir=folder.parent)).runs


def test_without_a_green_night_there_is_nothing_to_compare_with() -> None:
    assert not green_side([], [DIGITS], {}.get).runs
