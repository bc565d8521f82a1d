"""One re-run before an alarm: what a noisy figure is worse of runs once more, and only what stands is an alarm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import ReportError
from harness.history.changes import Change, Changes, Recent, RunChanges, judge
from harness.history.pytest_run import complaint, run_pytest, selecting
from harness.history.rules import Verdict
from harness.history.settings import Settings
from harness.history.sides import Run, session_runs
from harness.report.context import read_checkout
from harness.report.store import read_session

RERUNS = "reruns"  # below the folder of sessions: one of a single run must not stand for its commit in a comparison
_CARRIED = ("--attached", "--boards-file", "--farm", "--farm-tag", "--inference-timeout", "--repeat", "--vectors")


class NoRerunError(Exception):
    """A run that cannot be made again; says why."""


Again = Callable[[Run], Run]  # makes a run once more; raises NoRerunError


def confirm(changes: Changes, again: Again, settings: Settings, recent: Recent) -> Changes:
    """The same changes, but for alarms of noisy figures that do not stand; the notes say what became of each alarm."""
    notes: list[str] = []
    runs: list[RunChanges] = []
    for run in changes.runs:
        settled = {change.metric.name: change for change in _settled(run, again, settings, recent)}
        runs.append(replace(run, changes=tuple(settled.get(change.metric.name, change) for change in run.changes)))
        notes += [f"{run.id}: {name}: {change.reason}" for name, change in settled.items()]
    return replace(changes, runs=tuple(runs), notes=(*changes.notes, *notes))


def _settled(run: RunChanges, again: Again, settings: Settings, recent: Recent) -> Iterator[Change]:
    """What becomes of the alarms of a run."""
    alarms = [change for change in run.of(Verdict.WORSE) if change.is_noisy]
    if not alarms:
        return
    try:
        second = again(run.head)
    except NoRerunError as error:
        yield from (replace(alarm, reason=f"{alarm.reason}; not run again: {error}") for alarm in alarms)
        return
    for alarm in alarms:
        quantity = alarm.metric.of(second.record)
        if quantity is None:
            yield replace(alarm, reason=f"{alarm.reason}; {second.info.id}, a re-run, does not know it")
            continue
        judged = judge(alarm.metric, run.base, second, settings, recent)
        told = ", ".join(filter(None, (f"{alarm.metric.text(quantity.value)} in {second.info.id}", judged.reason)))
        if judged.verdict in (Verdict.WORSE, Verdict.NOT_COMPARED):
            yield replace(alarm, reason=f"{alarm.reason}; alarm stood after a re-run: {told}")
        else:
            yield replace(alarm, verdict=Verdict.UNCHANGED, reason=f"alarm did not stand after a re-run: {told}")


def rerun(run: Run, *, reports_dir: Path, project: Path) -> Run:
    """Run the suite's variant once more, with the options of the session; the new session is kept in `reruns`.

    Args:
        reports_dir: the folder `reruns` is in it.
        project: a folder of the checkout, where pytest is to run.

    Raises:
        NoRerunError: what is checked out is not what the run is of, or pytest comes to no run, as without the board.
    """
    _refuse_other_checkout(run, project)
    folder = reports_dir / RERUNS
    before = set(folder.glob("*"))
    done = run_pytest([*selecting(run.id), *carried(run.info.command)], project, folder)
    for session in sorted(set(folder.glob("*")) - before, reverse=True):
        if made := _run_in(session, run):
            return made
    raise NoRerunError(complaint(run.id, done))


def carried(command: Sequence[str]) -> list[str]:
    """The options of a command line that make a run what it is: which board, how many windows and vectors."""
    followed = zip(command, [*command[1:], ""], strict=True)
    return [
        word if "=" in word else f"{word}={value}" for word, value in followed if word.partition("=")[0] in _CARRIED
    ]


def _refuse_other_checkout(run: Run, project: Path) -> None:
    checkout, present = run.info.checkout, read_checkout(project)
    if checkout is None or present is None:
        raise NoRerunError("no git checkout")
    if checkout.commit != present.commit:
        raise NoRerunError(f"checked out is {present.short_commit}, not {checkout.short_commit}")
    if checkout.dirty or present.dirty:
        raise NoRerunError(f"files differ from commit {present.short_commit}")


def _run_in(session: Path, run: Run) -> Run | None:
    """The run as another session has it; None where that has none, or cannot be read."""
    try:
        return next((each for each in session_runs(read_session(session)) if each.id == run.id), None)
    except ReportError:
        return None
