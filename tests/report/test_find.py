"""Which session is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.session_records import INFO

from harness.errors import ReportError
from harness.report import SessionWriter, find_session, list_sessions


def make(reports: Path, name: str, started: str) -> Path:
    folder = reports / name
    folder.mkdir(parents=True)
    return SessionWriter(folder, replace(INFO, id=name, started=started)).path


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for day in (3, 1, 2):
        make(tmp_path / "reports", f"2026010{day}T000000Z-nogit", f"2026-01-0{day}T00:00:00+00:00")
    return tmp_path / "reports"


def test_sessions_are_listed_oldest_first_without_damaged_ones(reports: Path) -> None:
    damaged = reports / "20260102T000000Z-nogit"
    (damaged / "session.json").write_text("{")
    (reports / "no_session").mkdir()
    (reports / "README.md").touch()
    sessions = list_sessions(reports)
    assert [folder.name[:8] for folder in sessions] == ["20260101", "20260103"]


def test_of_two_sessions_of_one_second_the_later_is_the_latest(tmp_path: Path) -> None:
    make(tmp_path, "20260101T000000Z-b", "2026-01-01T00:00:00.100000+00:00")
    make(tmp_path, "20260101T000000Z-a", "2026-01-01T00:00:00.900000+00:00")
    assert find_session(tmp_path, "latest").name == "20260101T000000Z-a"


def test_a_session_is_found_by_id_path_or_as_the_latest(reports: Path, tmp_path: Path) -> None:
    second = reports / "20260102T000000Z-nogit"
    assert find_session(reports, second.name) == second
    assert find_session(tmp_path / "elsewhere", str(second)) == second
    assert find_session(reports, "latest") == reports / "20260103T000000Z-nogit"


def test_an_unknown_id_lists_the_newest_and_the_nearest(reports: Path) -> None:
    for minute in range(10, 20):
        make(reports, f"20260203T00{minute}00Z-nogit", f"2026-02-03T00:{minute}:00+00:00")
    with pytest.raises(ReportError, match=r"no session '20260101T000000Z-nogi'") as caught:
        find_session(reports, "20260101T000000Z-nogi")
    assert "20260203T001900Z-nogit" in caught.value.fix
    assert "20260203T001000Z-nogit" not in caught.value.fix
    assert "(nearest: 20260101T000000Z-nogit)" in caught.value.fix


def test_an_empty_or_missing_folder_says_how_to_get_a_session(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ReportError, match=r"no session in .*\n  fix: run one"):
            find_session(folder, "latest")
