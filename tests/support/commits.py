"""A project's git checkout with sessions of some of its commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from support.git import git
from support.session_records import INFO, run_record

from harness.measure.records import RunRecord
from harness.report import SessionWriter
from harness.report.session import Checkout

START = datetime(2026, 1, 1, tzinfo=UTC)


class CommittedProject:
    """A folder with a git checkout of the branch `trunk`, and `reports`."""

    def __init__(self, root: Path, commits: int) -> None:
        self.root = root
        self.reports = root / "reports"
        git(root, "init", "-q", "-b", "trunk")
        for number in range(commits):
            git(root, "commit", "-q", "--allow-empty", "-m", f"{number}")
        self.commits: Sequence[str] = git(root, "rev-list", "--reverse", "HEAD").splitlines()

    def session(
        self, name: str, commit: str, runs: Iterable[RunRecord] = (), dirty: bool = False, hour: int = 0
    ) -> Path:
        """A session of a commit, started so many hours after the start of time."""
        folder = self.reports / name
        folder.mkdir(parents=True)
        started = (START + timedelta(hours=hour)).isoformat()
        writer = SessionWriter(
            folder, replace(INFO, id=name, started=started, checkout=Checkout(commit, dirty=dirty, branch="trunk"))
        )
        for run in runs or (run_record(),):
            writer.add_run(run)
        writer.finish("passed")
        return folder

    def sessions(self, runs: Iterable[RunRecord]) -> None:
        """`s00`, `s01`, …: one of each commit, from the first on, with one run each."""
        for number, (commit, run) in enumerate(zip(self.commits, runs, strict=False)):
            self.session(f"s{number:02}", commit, [run], hour=number)
