"""What of a comparison is to fail a build: changes for the worse, but for those that a project knows of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

from harness.config.nightly import FailOn
from harness.history.changes import Change, Changes, RunChanges
from harness.history.rules import Verdict
from harness.history.settings import KnownException

FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)


def excuse(changes: Changes, exceptions: Sequence[KnownException], today: date) -> Changes:
    """The same changes, with those excused that an exception names which has not expired; one that has is noted."""
    valid = [known for known in exceptions if not known.is_expired(today)]
    expired = [known for known in exceptions if known.is_expired(today) and _hits(known, changes)]
    return replace(
        changes,
        runs=tuple(_excused(run, valid) for run in changes.runs),
        notes=(
            *changes.notes,
            *(f"exception expired on {known.expires}, excuses no more: {known}: {known.reason}" for known in expired),
        ),
    )


def failures(changes: Changes, fail_on: Collection[FailOn]) -> list[str]:
    """Why the gate is shut, in words; empty where it is open."""
    found = []
    if "regression" in fail_on:
        found += [f"{run.id}: {_described(change)}" for run, change in changes.of(Verdict.WORSE)]
    if "missing" in fail_on:
        found += [f"{id_}: no such run" for id_ in changes.base_alone]
        found += [f"{run.id}: {change.metric.name} is not known" for run, change in changes.of(Verdict.LOST)]
    return found


def _described(change: Change) -> str:
    reason = f": {change.reason}" if change.reason else ""
    return f"{change.metric.name} {change.head_text}, before {change.base_text}{reason}"


def _hits(known: KnownException, changes: Changes) -> bool:
    return any(known.matches(run.id, change.metric.name) for run, change in changes.of(Verdict.WORSE, Verdict.LOST))


def _excused(run: RunChanges, exceptions: Sequence[KnownException]) -> RunChanges:
    return replace(run, changes=tuple(_excused_change(run, change, exceptions) for change in run.changes))


def _excused_change(run: RunChanges, change: Change, exceptions: Sequence[KnownException]) -> Change:
    if change.verdict not in (Verdict.WORSE, Verdict.LOST):
        return change
    known = next((known for known in exceptions if known.matches(run.id, change.metric.name)), None)
    return (
        replace(change, verdict=Verdict.EXCUSED, reason=f"{known.reason}, until {known.expires}") if known else change
    )
