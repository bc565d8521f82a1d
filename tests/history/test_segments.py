"""Segments change nothing but the time that it takes, however sessions come and go, and whoever else writes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from support.files import damage_inside
from support.session_records import run_record

from harness.history import query, read_index, segments
from harness.history.segments import SEGMENTS_FOLDER, run_segments
from harness.report import create_session

MakeSession = Callable[..., Path]


def suites(reports: Path) -> list[tuple[Any, ...]]:
    """Each session with the suite that it ran."""
    return query("select session, suite from runs order by all", read_index(reports)).rows


def in_segments(reports: Path) -> list[str]:
    """The sessions that are in segments, each as often as it is in one."""
    return sorted(name for names in run_segments(read_index(reports)).values() for name in names)


def test_rows_come_from_the_segment_the_second_time(
    reports: Path, make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        make_session(name, run_record(suite=f"suite of {name}"))
    first = suites(reports)
    assert first == [("one", "suite of one"), ("two", "suite of two")]
    monkeypatch.setattr(segments, "session_rows", None)
    assert suites(reports) == first
    assert len(list((reports / SEGMENTS_FOLDER).iterdir())) == 1


def test_what_changed_is_read_again_and_what_is_gone_is_gone(reports: Path, make_session: MakeSession) -> None:
    folders = [make_session(name) for name in ("one", "two", "three")]
    suites(reports)
    other = make_session("other", run_record(suite="images"))
    (folders[0] / "runs.parquet").write_bytes((other / "runs.parquet").read_bytes())
    (folders[1] / "session.json").unlink()
    assert suites(reports) == [("one", "images"), ("other", "images"), ("three", "digits")]
    assert in_segments(reports) == ["one", "other", "three"]


def test_sessions_that_come_one_by_one_do_not_make_a_file_each(
    reports: Path, make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "MOST_SMALL_SEGMENTS", 2)
    for number in range(8):
        make_session(f"s{number}", run_record(suite=f"suite {number}"))
        assert len(run_segments(read_index(reports))) <= 3
    assert suites(reports) == [(f"s{number}", f"suite {number}") for number in range(8)]


def test_many_sessions_at_once_make_several_segments(
    reports: Path, make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "FULL_SEGMENT", 2)
    for number in range(5):
        make_session(f"s{number}")
    assert sorted(map(len, run_segments(read_index(reports)).values())) == [1, 2, 2]


def test_a_superfluous_segment_is_deleted_when_nobody_reads_it_any_more(
    reports: Path, make_session: MakeSession
) -> None:
    folder = make_session("one")
    (old,) = run_segments(read_index(reports))
    (folder / "runs.parquet").touch()
    (new,) = run_segments(read_index(reports))
    assert old.exists()
    os.utime(old, (0, 0))
    os.utime(new, (0, 0))
    assert list(run_segments(read_index(reports))) == [new]
    assert not old.exists()


@pytest.mark.parametrize("content", [b"", b"PAR1"])
def test_a_damaged_segment_is_replaced(reports: Path, make_session: MakeSession, content: bytes) -> None:
    make_session("one")
    (segment,) = run_segments(read_index(reports))
    segment.write_bytes(content)
    assert suites(reports) == [("one", "digits")]
    assert segment not in run_segments(read_index(reports))


def test_a_parquet_file_of_others_is_left_out(reports: Path, make_session: MakeSession) -> None:
    folder = make_session("one")
    (reports / SEGMENTS_FOLDER).mkdir()
    (reports / SEGMENTS_FOLDER / "other.parquet").write_bytes((folder / "runs.parquet").read_bytes())
    assert suites(reports) == [("one", "digits")]


def test_where_no_segment_can_be_written_the_answer_is_the_same(reports: Path, make_session: MakeSession) -> None:
    make_session("one")
    (reports / SEGMENTS_FOLDER).touch()
    assert suites(reports) == [("one", "digits")]
    assert in_segments(reports) == []


def test_tables_of_several_schemas_go_together(reports: Path, make_session: MakeSession) -> None:
    make_session("new", run_record(line_faults=3))
    file = make_session("old") / "runs.parquet"
    parquet.write_table(parquet.read_table(file).drop_columns(["line_faults"]), file)
    for _ in range(2):
        rows = query("select session, line_faults from runs order by 1", read_index(reports)).rows
        assert rows == [("new", 3), ("old", None)]
    assert in_segments(reports) == ["new", "old"]


def test_a_table_that_is_damaged_inside_is_in_no_segment(reports: Path, make_session: MakeSession) -> None:
    make_session("whole")
    damage_inside(make_session("hurt") / "runs.parquet", "message")
    assert in_segments(reports) == ["whole"]


def test_a_session_without_runs_is_not_looked_for_again(reports: Path, tmp_path: Path) -> None:
    create_session(reports, root=tmp_path, command=[]).finish("passed")
    assert run_segments(read_index(reports)) == {}
    assert not (reports / SEGMENTS_FOLDER).exists()


def test_those_who_write_at_once_agree(reports: Path, make_session: MakeSession) -> None:
    for number in range(10):
        make_session(f"s{number}")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(in_segments, [reports] * 4))
    assert found == [[f"s{number}" for number in range(10)]] * 4
    assert len(suites(reports)) == 10
