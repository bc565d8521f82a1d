"""`harness report list` and its kin, on sessions that nobody ran."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from synthetic_sessions import write_sessions

Harness = Callable[..., Any]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Three sessions, in the folder where the command looks for them."""
    write_sessions(tmp_path / "reports", 3)
    return tmp_path / "reports"


@pytest.mark.usefixtures("reports")
def test_sessions_are_listed_and_filtered(harness: Harness) -> None:
    done = harness("report", "list")
    assert (done.code, len(done.out.splitlines())) == (0, 8)
    later = harness("report", "list", "--since=2026-01-01T01:00", "--board=stm32l475", "--branch=main")
    assert later.out.splitlines()[2].startswith("20260101T010000Z-")
    assert len(json.loads(harness("report", "list", "--json", "--suite=digits").out)["sessions"]) == 3


@pytest.mark.usefixtures("reports")
def test_an_empty_list_says_why(harness: Harness) -> None:
    assert harness("report", "list", "--board=other").out == "no session in reports: none of 3 matches\n"
    assert harness("report", "list", "--reports-dir=nowhere").out == "no session in nowhere\n"


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_sessions_that_cannot_be_read_are_named_and_the_exit_code_says_so(
    harness: Harness, reports: Path, option: list[str]
) -> None:
    (sorted(reports.iterdir())[1] / "layers.parquet").write_bytes(b"PAR1")
    done = harness("report", "list", *option)
    assert done.code == 1
    assert "layers.parquet: " in done.out
    assert "20260101T010000Z-" in done.out


def test_a_time_that_is_none_is_refused(harness: Harness, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        harness("report", "list", "--since=yesterday")
    assert "--since: 'yesterday' is no time such as 2026-01-31" in capfd.readouterr().err


@pytest.mark.usefixtures("reports")
def test_what_another_pulls_is_what_was_pushed(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    pushed = harness("report", "push", "share")
    assert (pushed.code, pushed.out.splitlines()[-1]) == (0, "3 pushed, 0 there before, 0 skipped")
    pulled = harness("report", "pull", "share", "--reports-dir=other")
    assert (pulled.code, pulled.out.splitlines()[-1]) == (0, "3 pulled, 0 there before, 0 skipped")
    for command in (["list"], [], ["--markdown"]):
        assert harness("report", *command, "--reports-dir=other") == harness("report", *command)


@pytest.mark.usefixtures("reports")
def test_one_session_is_pushed_and_pulled_by_its_id(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    assert harness("report", "push", "share", "latest").out.splitlines()[-1].startswith("1 pushed")
    name = next((tmp_path / "share" / "sessions").iterdir()).name.partition(".")[0]
    assert harness("report", "pull", "share", name, "--reports-dir=other").out.startswith(f"pulled {name}\n")


def test_what_is_skipped_is_named_and_the_exit_code_says_so(harness: Harness, reports: Path, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (sorted(reports.iterdir())[1] / "runs.parquet").unlink()
    done = harness("report", "push", "share")
    assert (done.code, done.out.splitlines()[-1]) == (1, "2 pushed, 0 there before, 1 skipped")
    assert done.err.startswith("skipped 20260101T010000Z-")
    assert done.err.endswith("runs.parquet: is missing\n")


@pytest.mark.usefixtures("reports")
def test_a_place_that_is_not_there_is_an_error(harness: Harness) -> None:
    done = harness("report", "push", "nowhere")
    assert (done.code, done.out) == (2, "0 pushed, 0 there before, 0 skipped\n")
    assert "harness report push: nowhere: No such file or directory" in done.err


@pytest.mark.usefixtures("reports")
def test_sql_over_all_sessions(harness: Harness) -> None:
    statement = "select board, count(distinct session) n from runs group by board order by board"
    assert harness("report", "sql", statement).out.splitlines() == [
        "board       n",
        "mps2-an386  3",
        "stm32l475   3",
    ]
    told = json.loads(harness("report", "sql", statement, "--json").out)
    assert told == [{"board": "mps2-an386", "n": 3}, {"board": "stm32l475", "n": 3}]
    refused = harness("report", "sql", "select nonsense from runs")
    assert (refused.code, refused.err.splitlines()[-1]) == (2, "  fix: docs/reports.md lists tables and columns")


@pytest.mark.parametrize("statement", ["", ";", "-- all sessions"])
def test_sql_without_a_statement_is_wrong_input(harness: Harness, statement: str) -> None:
    done = harness("report", "sql", statement)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("harness report sql: no statement\n  fix: give one")


def test_sql_names_what_it_cannot_read(harness: Harness, reports: Path) -> None:
    (sorted(reports.iterdir())[1] / "runs.parquet").unlink()
    done = harness("report", "sql", "select count(*) from sessions")
    assert (done.code, done.out.split()) == (1, ["count_star()", "2"])
    assert "1 session cannot be read: runs.parquet: is missing: 20260101T010000Z-" in done.err


def test_the_columns_are_listed(harness: Harness) -> None:
    assert harness("report", "columns").out.startswith("Schema version ")
