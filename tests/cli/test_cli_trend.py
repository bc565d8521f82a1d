"""`harness trend` as a shell calls it."""

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
    """Five sessions, each of a commit of its own, in the folder where the command looks for them."""
    write_sessions(tmp_path / "reports", 5)
    return tmp_path / "reports"


def test_the_answer_comes_first_in_every_format(harness: Harness, reports: Path) -> None:
    told = harness("trend")
    assert told.code == 0
    steps = told.out.split()[0]
    assert harness("trend", "--format=markdown").out.startswith(f"### {steps} steps in 5 commits")
    found = json.loads(harness("trend", "--format=json").out)
    assert f"{sum(found['steps'].values())}" == steps
    assert len(found["commits"]) == 5


def test_filters_choose_what_counts(harness: Harness, reports: Path) -> None:
    def series(*options: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(harness("trend", "--format=json", *options).out)["series"]
        return found

    chosen = series(
        "--board=stm32l475", "--engine=tflm", "--suite=digits", "--metric=accuracy", "--metric=instructions"
    )
    assert {(each["suite"], each["board"], each["engine"]) for each in chosen} == {("digits", "stm32l475", "tflm")}
    assert [each["metric"] for each in chosen] == ["accuracy", "instructions"] * 2
    assert {len(each["values"]) for each in series("--commits=2")} == {2}
    assert {len(each["values"]) for each in series("--branch=topic")} == {3}
    assert {len(each["values"]) for each in series("--since=2026-01-01T03:00")} == {2}
    assert series("--board=nobodys") == []


def test_the_output_goes_to_a_file(harness: Harness, reports: Path, tmp_path: Path) -> None:
    assert harness("trend", "--output=trend.txt").out == ""
    assert "steps in 5 commits" in (tmp_path / "trend.txt").read_text()


@pytest.mark.parametrize("other", ["--output=trend.txt", "--format=json"])
def test_a_site_is_nothing_else(harness: Harness, reports: Path, other: str) -> None:
    done = harness("trend", "--html=site", other)
    assert (done.code, "--html goes neither with" in done.err) == (2, True)
    assert not (reports.parent / "site").exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--board=nobodys"], "no session in reports: none of 5 matches"),
        (["--branch=nobodys"], "no session is of the branch nobodys"),
        (["--reports-dir=nowhere"], "no session in nowhere\n"),
    ],
    ids=str,
)
def test_why_there_is_nothing_is_said(harness: Harness, reports: Path, options: list[str], why: str) -> None:
    done = harness("trend", *options)
    assert done.out.startswith("no figure in 0 commits")
    assert why in done.out


def test_a_metric_that_nobody_has_is_said(harness: Harness, reports: Path) -> None:
    assert harness("trend", "--metric=auc").out.startswith("no figure in 5 commits")
    done = harness("trend", "--metric=cyles")
    assert (done.code, "nearest: cycles" in done.err) == (2, True)


@pytest.mark.parametrize("number", ["0", "-1", "x"])
def test_a_number_of_commits_is_one(harness: Harness, number: str) -> None:
    with pytest.raises(SystemExit):
        harness("trend", f"--commits={number}")


def test_no_session_is_no_error_and_one_that_cannot_be_read_is(harness: Harness, reports: Path) -> None:
    assert harness("trend", "--reports-dir=nowhere").out.startswith("no figure in 0 commits")
    (next(iter(sorted(reports.iterdir()))) / "runs.parquet").write_bytes(b"PAR1")
    done = harness("trend")
    assert done.code == 1
    assert "in 4 commits" in done.out
    assert done.err.startswith("1 session cannot be read: runs.parquet")
