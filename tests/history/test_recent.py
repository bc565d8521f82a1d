"""A figure in the newest commits, out of a folder of sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.session_records import run_record
from support.sides import quantity

from harness.history.index import read_index
from harness.history.metrics import METRICS_BY_NAME
from harness.history.recent import RecentCommits
from harness.history.sides import Run, session_runs
from harness.report import read_session
from harness.report.session import Checkout

INSTRUCTIONS = METRICS_BY_NAME["instructions"]


def run_of(folder: Path) -> Run:
    return session_runs(read_session(folder))[0]


def test_one_clean_session_of_each_commit_up_to_that_of_the_run(
    reports: Path, make_session: Callable[..., Path]
) -> None:
    def make(day: int, commit: str, dirty: bool = False, **changes: object) -> Path:
        return make_session(
            f"{day}",
            run_record(instructions=quantity(day), **changes),
            started=f"2026-01-{day:02}T00:00:00+00:00",
            checkout=Checkout(commit * 40, dirty),
        )

    make(1, "a")
    make(2, "b")
    make(3, "b")
    make(4, "c", dirty=True)
    make(5, "d", toolchain="gcc 13")
    make(6, "e", variant="int8")
    (make(7, "f") / "runs.parquet").write_bytes(b"damaged")
    base = make(8, "g")
    make(9, "h")
    assert RecentCommits(read_index(reports)).values(run_of(base), INSTRUCTIONS) == [1, 3, 8]


def test_a_session_from_elsewhere_has_all_commits_here_before_it(
    reports: Path, make_session: Callable[..., Path], tmp_path: Path
) -> None:
    make_session("here", run_record(instructions=quantity(1)), checkout=Checkout("a" * 40, False))
    elsewhere = make_session("there", checkout=Checkout("b" * 40, False)).rename(tmp_path / "there")
    assert RecentCommits(read_index(reports)).values(run_of(elsewhere), INSTRUCTIONS) == [1]
