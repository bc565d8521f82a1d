"""The run of a commit that a bisection asks about: found in a session, or made in a clone."""

from __future__ import annotations

import itertools
import subprocess
import time
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement

from harness.errors import ReportError
from harness.history.bisect_clone import Clone, git_environment
from harness.history.bisect_question import Question
from harness.history.index import Index, read_index
from harness.history.metrics import OUTCOME
from harness.history.pytest_run import complaint, run_pytest
from harness.history.sides import Run, session_runs
from harness.report.store import read_session

KEPT = "bisect"  # below the folder of sessions: one of a single run must not stand for its commit in a comparison
_ENDED = {"passed", "failed", "no fit"}  # outcomes that are the commit's own; another time an error may not come


class SkipError(Exception):
    """A commit that cannot be judged; says why."""


class Found(NamedTuple):
    """A run of a commit. `seconds` is None where the session was there before."""

    run: Run
    session: Path
    seconds: float | None


class Figures:
    """The runs of commits.

    Args:
        reports_dir: whose sessions are taken where they answer the question; new ones are kept below it, in `bisect`.
        clone: where commits are checked out.
        scratch: a folder for sessions under way, on the same disk as `reports_dir`.
    """

    def __init__(self, question: Question, reports_dir: Path, clone: Clone, scratch: Path) -> None:
        self._question = question
        self._folders = (reports_dir / KEPT, reports_dir)
        self._clone = clone
        self._scratch = scratch

    def find(self, commit: str, like: Run | None = None) -> Found | None:
        """The newest run of a clean checkout of the commit; with the tools of the run `like`, where one is given."""
        for index in map(read_index, self._folders):
            for folder in _sessions(index, commit):
                run = self.run_in(folder)
                if run and self._has_figure(run) and (like is None or has_same_tools(run, like)):
                    return Found(run, folder, None)
        return None

    def make(self, commit: str) -> Found:
        """Check the commit out, run it, and keep the session.

        Raises:
            SkipError: it does not come to the figure.
            ReportError: the commit cannot be checked out, or the session not be kept.
        """
        self._clone.check_out(commit)
        if lacking := _lacking_requirements(self._clone.project / "pyproject.toml"):
            raise SkipError(f"needs {', '.join(lacking)}, which this Python environment lacks")
        before = set(self._scratch.glob("*"))
        begin = time.monotonic()
        done = self._run_pytest()
        seconds = time.monotonic() - begin
        self._clone.restore()
        made = next((folder for folder in self._scratch.glob("*") if folder not in before), None)
        run = self.run_in(made) if made else None
        if made is None or run is None:
            raise SkipError(complaint(self._question.run, done))
        if self._question.figure is not OUTCOME and not self._has_figure(run):
            broke_off = run.record.outcome not in _ENDED
            why = f": {run.record.outcome}: {' '.join(run.record.message.split())}" if broke_off else ""
            raise SkipError(f"its run has no {self._question.metric}{why}")
        return Found(run, _kept(made, self._folders[0]), seconds)

    def _has_figure(self, run: Run) -> bool:
        return run.record.outcome in _ENDED and self._question.figure.of(run.record) is not None

    def _run_pytest(self) -> subprocess.CompletedProcess[bytes]:
        """In this Python environment, with the commit's own harness where it has one."""
        ours = {"PYTHONPATH": str(self._clone.project), "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": ""}
        environment = {**git_environment(), **ours}
        return run_pytest(self._question.pytest_arguments, self._clone.project, self._scratch, environment)

    def run_in(self, session: Path) -> Run | None:
        """The run that is asked about; None where the session has none or cannot be read."""
        try:
            tables = read_session(session)
        except ReportError:
            return None
        if tables.info.ended is None or not self._question.is_asked_by(tables.info.command):
            return None
        return next((run for run in session_runs(tables) if run.id == self._question.run), None)


def has_same_tools(run: Run, other: Run) -> bool:
    """Whether the same compiler and emulator made both: what then differs is the commit's doing."""
    fields = ("toolchain", "target_description")
    return all(getattr(run.record, field) == getattr(other.record, field) for field in fields)


def _sessions(index: Index, commit: str) -> Iterator[Path]:
    """Those of a clean checkout of the commit that have ended, the newest first."""
    for id_, summary in reversed(list(index.summaries.items())):
        checkout = summary.checkout
        if checkout and checkout.commit == commit and not checkout.dirty and summary.ended is not None:
            yield index.folder / id_


def _kept(session: Path, folder: Path) -> Path:
    """Move a session to where it is kept."""
    names = itertools.chain([session.name], (f"{session.name}-{number}" for number in itertools.count(2)))
    place = next(folder / name for name in names if not (folder / name).exists())
    try:
        return session.rename(place)
    except OSError as error:
        raise ReportError(
            f"{place}: cannot be written: {error.strerror or error}", "make room there or make it writable"
        ) from None


def _lacking_requirements(pyproject: Path) -> list[str]:
    """What the project depends on that is not installed here, or not in that version."""
    try:
        project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
        requirements = list(map(Requirement, project.get("dependencies", [])))
    except (OSError, ValueError, InvalidRequirement, AttributeError):  # none, or what pytest will tell of
        return []
    return [str(requirement) for requirement in requirements if not _is_met(requirement)]


def _is_met(requirement: Requirement) -> bool:
    if requirement.marker and not requirement.marker.evaluate():
        return True
    try:
        return requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False
