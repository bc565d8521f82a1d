"""Which night was the last green one, whatever happened to later ones."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.session_records import INFO, run_record

from harness.errors import ReportError
from harness.history import Changes, Nights, PlaceError, compare_with_green, mark_sessions, open_place, push, read_index
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
    marks = (("20260102", "main"), ("20260102-2", "main"), ("20260101", "main"), ("20260103", "feature"))
    for night, branch in marks:
        mark_green(Green(night, branch, {}), share)
    assert nights(share) == ["20260102-2", "20260102", "20260101"]
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


CLEAN = replace(INFO.checkout, dirty=False)


def share_session(place: Place, folder: Path) -> Path:
    list(push([folder], place))
    return folder


def test_a_night_is_named_by_its_first_session_and_of_its_branch(share: Place, make_session: MakeSession) -> None:
    late = share_session(share, make_session("late", started="2026-01-03T00:00:00+00:00", checkout=CLEAN))
    early = share_session(share, make_session("early", checkout=CLEAN))
    assert mark_sessions([late, early], share) == "early"
    (green,) = read_greens(share, "main")
    assert sorted(map(entry_id, green.sessions)) == ["early", "late"]


def test_a_session_that_others_cannot_have_is_not_marked(share: Place, make_session: MakeSession) -> None:
    with pytest.raises(ReportError, match="not in"):
        mark_sessions([make_session("alone", checkout=CLEAN)], share)
    with pytest.raises(ReportError, match="dirty"):
        mark_sessions([share_session(share, make_session("dirty"))], share)
    assert nights(share) == []


def changes(share: Place, reports: Path, branch: str | None = None) -> Changes | None:
    return compare_with_green(Nights(share, branch), "tonight", read_index(reports), reports)


def test_a_session_is_compared_with_the_last_green_night_of_its_branch(
    share: Place, reports: Path, make_session: MakeSession
) -> None:
    tonight = make_session("tonight", checkout=CLEAN)
    assert changes(share, reports) is None
    for night, branch, vectors in (("night1", "main", 100), ("night2", "other", 200)):
        folder = make_session(night, run_record(vectors=vectors), checkout=replace(CLEAN, branch=branch))
        mark_sessions([share_session(share, folder)], share)
        shutil.rmtree(folder)  # it is pulled
    found, other = changes(share, reports), changes(share, reports, "other")
    assert found and other
    assert [run.record.vectors for side in (found, other) for run in side.base.runs.values()] == [100, 200]
    assert tonight.is_dir()


def test_a_suite_that_the_green_night_had_is_missed(share: Place, reports: Path, make_session: MakeSession) -> None:
    night = make_session("night", run_record(), run_record(suite="keywords"), checkout=CLEAN)
    mark_sessions([share_session(share, night)], share)
    make_session("tonight", checkout=CLEAN)
    found = changes(share, reports)
    assert found
    assert [id_.suite for id_ in found.base_alone] == ["keywords"]


def test_a_place_that_is_away_is_not_one_without_nights(reports: Path, make_session: MakeSession) -> None:
    make_session("tonight", checkout=CLEAN)
    with pytest.raises(PlaceError, match="nowhere"):
        changes(open_place("nowhere"), reports)


def test_green_nights_without_their_sessions_are_not_none_at_all(
    share: Place, reports: Path, tmp_path: Path, make_session: MakeSession
) -> None:
    """A store that lost what it should have must not open the gate."""
    night = make_session("night", checkout=CLEAN)
    mark_sessions([share_session(share, night)], share)
    shutil.rmtree(night)
    make_session("tonight", checkout=CLEAN)
    (archive,) = (tmp_path / "share" / "objects").rglob("*.tar")
    archive.write_bytes(b"")
    with pytest.raises(ReportError, match="has green nights, but no session of theirs: night") as damaged:
        changes(share, reports)
    assert "report mark" in damaged.value.fix
    archive.unlink()
    archive.mkdir()
    with pytest.raises(PlaceError):
        changes(share, reports)


def test_an_earlier_night_that_stands_in_is_told(share: Place, reports: Path, make_session: MakeSession) -> None:
    for night in ("night1", "night2"):
        folder = make_session(night, checkout=CLEAN)
        mark_sessions([share_session(share, folder)], share)
    shutil.rmtree(folder)
    for entry in (reports.parent / "share" / "sessions").glob("night2.*"):
        entry.unlink()
    make_session("tonight", checkout=CLEAN)
    found = changes(share, reports)
    assert found
    assert [info.id for info in found.base.infos] == ["night1"]
    assert found.notes[-1] == "night2 of a green night cannot be had: an earlier one stands in for it"
