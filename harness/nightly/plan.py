"""Which cells run tonight, and in which order: the most valuable first, as many as the budget has room for.

Nothing here reads a file or a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from harness.history import Group
from harness.report.wording import counted

Cell = Group  # a suite on a board with an engine: what runs by itself
Content = Mapping[str, str]  # what a cell's results come from, hashed: by part, such as "firmware"

OVERDUE_NIGHTS = 7
UNKNOWN_S = 300.0  # how long a cell is believed to take when none has ever run
_CONSIDERED = 5  # of a cell's durations, the latest


@dataclass(frozen=True)
class Past:
    """What earlier nights know of a cell.

    Attributes:
        nights_away: since it ran, 0 is last night; None: it never ran.
        failed: when it ran last.
        good: of what it was made when it last passed and no figure was worse; None: it never was.
        durations_s: how long it took, the latest last.
    """

    nights_away: int | None = None
    failed: bool = False
    good: Content | None = None
    durations_s: tuple[float, ...] = ()


class Planned(NamedTuple):
    """A cell, why it is where it is in the order, and how long it is expected to take."""

    cell: Cell
    why: str
    estimate_s: float


def plan(contents: Mapping[Cell, Content], past: Mapping[Cell, Past], timeout_s: float) -> list[Planned]:
    """All cells, the most valuable first: what changed since it was good; what failed; then what was not run longest.

    What never ran, or not for a week of nights, precedes all of them: what changes every night would keep it away for
    ever.

    Args:
        timeout_s: no cell is expected to take longer.
    """

    def urgency(cell: Cell) -> tuple[int, float, Cell]:
        known = past.get(cell, Past())
        away = float("inf") if known.nights_away is None else known.nights_away
        return _rank(known, contents[cell]), -away, cell

    ordered = sorted(contents, key=urgency)
    return [
        Planned(cell, _why(past.get(cell, Past()), contents[cell]), estimate_s(cell, past, timeout_s))
        for cell in ordered
    ]


def next_that_fits(waiting: Sequence[Planned], left_s: float) -> Planned | None:
    """The first that is expected to end in the time that is left."""
    return next((planned for planned in waiting if planned.estimate_s <= left_s), None)


def within_budget(planned: Iterable[Planned], budget_s: float) -> list[Planned]:
    """Those that will run if every one takes as long as it is expected to."""
    chosen: list[Planned] = []
    waiting = list(planned)
    while fitting := next_that_fits(waiting, budget_s - sum(each.estimate_s for each in chosen)):
        chosen.append(fitting)
        waiting.remove(fitting)
    return chosen


def estimate_s(cell: Cell, past: Mapping[Cell, Past], timeout_s: float) -> float:
    """How long a cell takes: the median of its own last times, else of those of its suite, else of all.

    Args:
        timeout_s: it takes no longer.
    """
    for is_like in (lambda other: other == cell, lambda other: other.suite == cell.suite, lambda other: True):
        times = [time for other, known in past.items() if is_like(other) for time in known.durations_s[-_CONSIDERED:]]
        if times:
            return min(median(times), timeout_s)
    return min(UNKNOWN_S, timeout_s)


def _is_overdue(known: Past) -> bool:
    return known.nights_away is None or known.nights_away >= OVERDUE_NIGHTS


def _rank(known: Past, content: Content) -> int:
    if _is_overdue(known):
        return 0
    if known.good != content:
        return 1
    return 2 if known.failed else 3


def _why(known: Past, content: Content) -> str:
    if known.nights_away is None:
        return "never ran"
    away = f"not run for {counted(known.nights_away, 'night')}"
    if _is_overdue(known):
        return away
    if known.good is None:
        return "was never good"
    if known.good != content:
        changed = sorted(part for part in {*known.good, *content} if known.good.get(part) != content.get(part))
        return f"changed: {', '.join(changed)}"
    if known.failed:
        return "failed last"
    return away if known.nights_away else "ran last night"
