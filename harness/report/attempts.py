"""What is said of the places of a farm that runs were on, and of targets that failed under them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from harness.measure.records import RunRecord
from harness.report.wording import counted

MOST_REASONS = 3


def place_details(runs: Sequence[RunRecord]) -> list[str]:
    """`place rack1-3`, or the place of each variant; empty where there is no farm."""
    places = {run.variant: run.place for run in runs if run.place}
    if len(places) == len(runs) and len(set(places.values())) == 1:
        return [f"place {runs[0].place}"]
    return [f"places: {'; '.join(f'{variant} on {place}' for variant, place in places.items())}"] if places else []


def attempt_notes(runs: Sequence[RunRecord]) -> list[str]:
    """Of each run that needed more than one attempt: how many, and why."""
    return [f"{run.variant}: {attempts_text(run)}" for run in runs if run.attempts > 1]


def attempts_text(run: RunRecord) -> str:
    """`2 attempts, before the last: rack1-3: no answer`."""
    return f"{counted(run.attempts, 'attempt')}, before the last: {run.retries}"


def flakiness(runs: Collection[RunRecord]) -> Iterator[str]:
    """`2 of 12 runs needed a second attempt (rack1-3: no answer)`; nothing where none did."""
    retried = [run for run in runs if run.attempts > 1]
    if retried:
        reasons = list(dict.fromkeys(reason for run in retried for reason in run.retries.split("; ")))
        more = "; …" if len(reasons) > MOST_REASONS else ""
        said = f"{'; '.join(reasons[:MOST_REASONS])}{more}"
        yield f"{len(retried)} of {counted(len(runs), 'run')} needed a second attempt ({said})"
