"""The index says what is in the folders, however they change, and whoever else writes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from pyarrow import parquet
from support.session_records import INFO, int8_run, run_record

from harness.history import Group, Index, index, read_index
from harness.history.index import INDEX_FILE
from harness.report import SessionWriter
from harness.report.schema import TABLES

MakeSession = Callable[..., Path]


def read_twice(reports: Path) -> Index:
    """The same answer from the folders and from the index."""
    first, second = read_index(reports), read_index(reports)
    assert first == second
    return first


def test_a_session_is_summed_up(reports: Path, make_session: MakeSession) -> None:
    make_session("one", run_record(), int8_run(), run_record(engine="tflm"), run_record(suite="keywords"))
    (summary,) = read_twice(reports).summaries.values()
    assert (summary.id, summary.outcome, summary.checkout) == ("one", "passed", INFO.checkout)
    assert summary.started.isoformat() == INFO.started
    assert summary.boards == ("stm32l475", "native")
    assert summary.groups == (
        Group("digits", "stm32l475", "builtin"),
        Group("digits", "stm32l475", "tflm"),
        Group("keywords", "stm32l475", "builtin"),
    )
    assert (summary.engines, summary.suites) == (("builtin", "tflm"), ("digits", "keywords"))


def test_the_oldest_comes_first_whatever_it_is_called(reports: Path, make_session: MakeSession) -> None:
    make_session("a", started="2026-01-02T00:00:00.5+00:00")
    make_session("b", started="2026-01-02T01:00:00+02:00")
    make_session("c", started="2026-01-02T00:00:00")  # without a time zone: UTC
    assert list(read_twice(reports).summaries) == ["b", "c", "a"]


def test_a_session_is_read_once(reports: Path, make_session: MakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    make_session("one")
    before = read_index(reports)
    monkeypatch.setattr(index, "read_info", None)
    assert read_index(reports) == before


def test_a_session_under_way_is_read_every_time(reports: Path, make_session: MakeSession) -> None:
    folder = reports / "under_way"
    folder.mkdir(parents=True)
    writer = SessionWriter(folder, replace(INFO, id="under_way", outcome="running"))
    assert read_twice(reports).summaries["under_way"].groups == ()
    writer.add_run(run_record(outcome="running"))
    assert read_twice(reports).summaries["under_way"].suites == ("digits",)
    writer.finish("failed")
    assert read_twice(reports).summaries["under_way"].outcome_text == "failed"


def test_what_changes_is_read_again(reports: Path, make_session: MakeSession) -> None:
    folder, other = make_session("one"), make_session("two", run_record(suite="images"))
    assert read_index(reports).summaries["one"].suites == ("digits",)
    (folder / "runs.parquet").write_bytes((other / "runs.parquet").read_bytes())
    assert read_twice(reports).summaries["one"].suites == ("images",)
    (folder / "session.json").unlink()
    assert list(read_twice(reports).summaries) == ["two"]


def test_a_file_of_equal_size_and_old_time_is_no_disguise(reports: Path, make_session: MakeSession) -> None:
    file = make_session("one") / "session.json"
    read_index(reports)
    times = file.stat()
    file.write_text(file.read_text().replace('"passed"', '"failed"'))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert read_twice(reports).summaries["one"].outcome == "failed"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_cut_or_missing_is_the_reason(reports: Path, make_session: MakeSession, table: str) -> None:
    make_session("whole")
    file = make_session("hurt") / f"{table}.parquet"
    read_index(reports)
    file.write_bytes(file.read_bytes()[:-9])
    found = read_twice(reports)
    assert list(found.summaries) == ["whole"]
    assert found.unreadable["hurt"].startswith(f"{table}.parquet: ")
    file.unlink()
    assert read_twice(reports).unreadable == {"hurt": f"{table}.parquet: is missing"}


def test_a_session_before_windows_has_no_such_table(reports: Path, make_session: MakeSession) -> None:
    folder = make_session("old", schema_version=3)
    (folder / "windows.parquet").unlink()
    assert read_twice(reports).summaries["old"].suites == ("digits",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "session.json: Input data was truncated"),
        ('{"schema_version": 999}', "session.json: schema version 999, this harness reads 2 to 5"),
    ],
)
def test_metadata_that_cannot_be_read_is_the_reason(
    reports: Path, make_session: MakeSession, text: str, reason: str
) -> None:
    (make_session("hurt") / "session.json").write_text(text)
    assert read_twice(reports).unreadable == {"hurt": reason}


def test_a_time_that_is_none_is_the_reason(reports: Path, make_session: MakeSession) -> None:
    make_session("hurt", started="yesterday")
    assert read_twice(reports).unreadable["hurt"].startswith("session.json: started: ")


def test_a_table_without_the_columns_is_the_reason(reports: Path, make_session: MakeSession) -> None:
    folder = make_session("hurt")
    (folder / "runs.parquet").write_bytes((folder / "windows.parquet").read_bytes().replace(b"engine", b"engima"))
    assert "engine" in read_twice(reports).unreadable["hurt"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b'{"version": 2, "entries": {}}', b'{"version": 1, "entries": {"one": 3}}']
)
def test_an_index_that_is_damaged_or_of_another_version_is_made_anew(
    reports: Path, make_session: MakeSession, content: bytes
) -> None:
    make_session("one")
    before = read_index(reports)
    written = (reports / INDEX_FILE).read_bytes()
    (reports / INDEX_FILE).write_bytes(content)
    assert read_index(reports) == before
    assert (reports / INDEX_FILE).read_bytes() == written


def test_an_index_that_cannot_be_written_is_no_error(reports: Path, make_session: MakeSession) -> None:
    make_session("one")
    (reports / INDEX_FILE).mkdir()
    assert list(read_index(reports).summaries) == ["one"]
    assert not list(reports.glob("*.part"))


def test_what_is_no_session_is_left_alone(reports: Path, make_session: MakeSession) -> None:
    make_session(".hidden")
    (reports / "folder").mkdir()
    (reports / "README.md").touch()
    assert read_twice(reports) == Index(reports, {}, {}, {})
    assert read_twice(reports / "README.md").summaries == {}
    assert read_twice(reports / "nowhere").summaries == {}


def test_readers_side_by_side_agree(reports: Path, make_session: MakeSession) -> None:
    for number in range(20):
        make_session(f"s{number:02}")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(read_index, [reports] * 8))
    assert all(each == found[0] for each in found)
    assert len(read_index(reports).summaries) == 20


def test_places_of_a_farm_are_known_each_once(reports: Path, make_session: MakeSession) -> None:
    make_session("farmed", run_record(place="rack1-1"), int8_run(place="rack1-2, rack1-1"), run_record(engine="tflm"))
    make_session("local", run_record())
    summaries = read_twice(reports).summaries
    assert summaries["farmed"].places == ("rack1-1", "rack1-2")
    assert summaries["local"].places == ()


def test_a_table_without_places_is_an_older_one(reports: Path, make_session: MakeSession) -> None:
    file = make_session("old", run_record()) / "runs.parquet"
    parquet.write_table(parquet.read_table(file).drop_columns(["place"]), file)
    assert read_twice(reports).summaries["old"].places == ()
