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


def test_a_time_that_is_none_is_refused(harness: Harness) -> None:
    with pytest.raises(SystemExit, match="2"):
        harness("report", "list", "--since=yesterday")
