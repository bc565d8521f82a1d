"""Figures over commits, the steps that they took, and the commits that each step came with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nlargest
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.history.index import Index
from harness.history.listing import DIRTY, DIRTY_NOTE, SessionFilter, none_found
from harness.history.metrics import METRICS, METRICS_BY_NAME
from harness.history.rules import Verdict
from harness.history.series import Series, read_series
from harness.history.settings import read_settings
from harness.history.sides import RunId
from harness.history.steps import SHORTEST, Numbers, Steps, exact_steps, noisy_steps
from harness.history.timeline import Timeline, make_timeline
from harness.report.wording import counted

DIGITS = 7  # of a hash that are shown
NAMED_COMMITS = 5  # of the untested ones


@dataclass(frozen=True)
class Step:
    """A step of a series.

    Attributes:
        good: the last commit before it.
        bad: the first one after it.
        untested: the commits between them.
        sessions: those of `good` and of `bad`.
        dirty: whether the checkout of each was dirty.
    """

    series: Series
    before: float
    after: float
    place: int  # of `bad` in the timeline
    good: str
    bad: str
    untested: tuple[str, ...]
    sessions: tuple[str, str]
    dirty: tuple[bool, bool]

    @property
    def verdict(self) -> Verdict:
        if np.isnan(self.after) or not (np.isnan(self.before) or self.series.metric.improves(self.before, self.after)):
            return Verdict.WORSE
        return Verdict.BETTER

    @property
    def before_text(self) -> str:
        return self.series.metric.text(self.before)

    @property
    def after_text(self) -> str:
        return self.series.metric.text(self.after)

    @property
    def change_text(self) -> str:
        """`2.4x more`; empty where one of the values is no number."""
        if not np.isfinite([self.before, self.after]).all():
            return ""
        return self.series.metric.change(self.after, self.before)

    @property
    def range_text(self) -> str:
        """`1931af0..f00d123`, with the mark of a dirty one; where noise hides the place, about that."""
        commits = "..".join(self.commit_texts)
        return f"about {commits}" if self.series.is_noisy else commits

    @property
    def commit_texts(self) -> tuple[str, str]:
        """`1931af0` and `f00d123*`, where that checkout was dirty."""
        good, bad = (
            commit[:DIGITS] + (DIRTY if dirty else "")
            for commit, dirty in zip((self.good, self.bad), self.dirty, strict=True)
        )
        return good, bad

    @property
    def untested_text(self) -> str:
        """`2 untested between: abc1234, def5678`, of many the first; empty where there is none."""
        if not self.untested:
            return ""
        named = [commit[:DIGITS] for commit in self.untested[:NAMED_COMMITS]]
        more = ["…"] if len(self.untested) > NAMED_COMMITS else []
        return f"{len(self.untested)} untested between: {', '.join([*named, *more])}"


@dataclass(frozen=True)
class SteppedSeries:
    """A series and its steps."""

    series: Series
    steps: Steps
    timeline: Timeline

    @cached_property
    def is_worse(self) -> NDArray[np.bool_]:
        """Which of the steps are for the worse."""
        before, after = self.steps.before, self.steps.after
        is_other_way = (after > before) != (self.series.metric.better == "higher")
        return np.asarray(np.isnan(after) | (~np.isnan(before) & is_other_way))

    @property
    def worse(self) -> int:
        """How many of the steps are for the worse."""
        return int(np.count_nonzero(self.is_worse))

    @cached_property
    def sizes(self) -> Numbers:
        """How large each step is: a part of the smaller value, or of one, by the metric's scale."""
        before, after = np.abs(self.steps.before), np.abs(self.steps.after)
        whole = np.ones(len(self.steps)) if self.series.metric.scale == "absolute" else np.minimum(before, after)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(np.abs(self.steps.after - self.steps.before) / whole, nan=np.inf, posinf=np.inf)

    @property
    def is_changing(self) -> bool:
        """Whether not all values are the same."""
        return len(np.unique(self.series.values)) > 1

    @property
    def last_place(self) -> int:
        """Of the newest step in the timeline; before all commits where there is none."""
        return int(self.series.places[self.steps.places[-1]]) if len(self.steps) else -1

    def newest_first(self) -> Iterator[Step]:
        return map(self.step, range(len(self.steps) - 1, -1, -1))

    def step(self, number: int) -> Step:
        """One of the steps, by its number from the oldest on."""
        at = int(self.steps.places[number])
        good, bad = (int(place) for place in self.series.places[at - 1 : at + 1])
        sessions = (self.series.sessions[at - 1], self.series.sessions[at])
        return Step(
            self.series,
            before=float(self.steps.before[number]),
            after=float(self.steps.after[number]),
            place=bad,
            good=self.timeline.commits[good],
            bad=self.timeline.commits[bad],
            untested=self.timeline.commits[good + 1 : bad],
            sessions=sessions,
            dirty=(sessions[0] in self.timeline.dirty, sessions[1] in self.timeline.dirty),
        )


@dataclass(frozen=True)
class Trend:
    """All series over the commits.

    Attributes:
        unreadable: why sessions cannot be read, by their ids.
        left_out: sessions that are not wanted, in words; that none is, where that is so.
    """

    timeline: Timeline
    series: tuple[SteppedSeries, ...]
    unreadable: Mapping[str, str]
    left_out: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        return sum(len(each.steps) for each in self.series)

    @property
    def worse(self) -> int:
        return sum(each.worse for each in self.series)

    def of(self, is_wanted: Callable[[Series], bool]) -> Trend:
        """Some of the series alone."""
        return replace(self, series=tuple(each for each in self.series if is_wanted(each.series)))

    def newest(self, count: int) -> list[Step]:
        """The newest steps, those of one commit in the order of the series."""
        steps = (step for each in self.series for step, _ in zip(each.newest_first(), range(count), strict=False))
        return nlargest(count, steps, key=lambda step: step.place)

    def worst(self) -> Step | None:
        """The largest step for the worse; None where there is none."""
        sizes = [float(np.where(each.is_worse, each.sizes, -1.0).max(initial=-1.0)) for each in self.series]
        if max(sizes, default=-1.0) < 0:
            return None
        largest = self.series[sizes.index(max(sizes))]
        return largest.step(int(np.where(largest.is_worse, largest.sizes, -1.0).argmax()))

    @cached_property
    def runs(self) -> dict[RunId, list[SteppedSeries]]:
        """The series of each run, that with the newest step first."""
        found = {run: list(of_run) for run, of_run in groupby(self.series, key=lambda each: each.series.run)}
        newest = {run: max(each.last_place for each in of_run) for run, of_run in found.items()}
        return {run: found[run] for run in sorted(found, key=lambda run: -newest[run])}

    def label(self, series: Series) -> str:
        """The metric; where the run has several series of it, with what differs: `cycles (toolchain gcc 13)`."""
        alike = [each.series.origin for each in self.runs[series.run] if each.series.metric is series.metric]
        differing = [
            f"{field} {value or 'unknown'}"
            for field, value in series.origin.items()
            if any(origin[field] != value for origin in alike)
        ]
        return f"{series.metric.name} ({', '.join(differing)})" if differing else series.metric.name

    @property
    def notes(self) -> list[str]:
        """What is to say of the whole."""
        notes = [*self.left_out, *self.timeline.notes, *([DIRTY_NOTE] if self.timeline.dirty else [])]
        short = sum(each.series.is_noisy and len(each.series.values) < 2 * SHORTEST for each in self.series)
        if short:
            notes.append(f"{counted(short, 'noisy figure')} of fewer than {2 * SHORTEST} commits: too few for a step")
        if numberless := sum(int(np.isnan(each.series.values).sum()) for each in self.series):
            notes.append(f"{counted(numberless, 'value')} no number (NaN)")
        return notes


def find_trend(
    index: Index, root: Path, wanted: SessionFilter, metrics: Sequence[str] = (), most_commits: int | None = None
) -> Trend:
    """The series of the wanted runs over commits, and their steps.

    Args:
        root: a folder of the project: of its git checkout, and below its pyproject.toml or beside it.
        metrics: their names; all where none is given.
        most_commits: that have a session; the newest.

    Raises:
        ConfigError: pyproject.toml has settings that cannot be used.
    """
    floor = read_settings(root).floor
    # A branch is what git says, where it knows it: sessions of a CI are of a detached HEAD.
    summaries = list(filter(replace(wanted, branch=None).matches, index.summaries.values()))
    timeline = make_timeline(summaries, root, wanted.branch, most_commits)
    chosen = [METRICS_BY_NAME[name] for name in metrics] or METRICS
    found, damaged = read_series(index, timeline, wanted, chosen)
    series = tuple(SteppedSeries(each, _steps(each, floor), timeline) for each in found)
    dirty = sum(map(replace(wanted, branch=None, dirty=True).matches, index.summaries.values()))
    left_out = [f"{counted(dirty, 'session')} of dirty checkouts left out"] if dirty and wanted.dirty is False else []
    left_out += [] if summaries else [none_found(index)]
    return Trend(timeline, series, {**index.unreadable, **damaged}, tuple(left_out))


def _steps(series: Series, floor: float) -> Steps:
    return noisy_steps(series.metric, series.values, floor) if series.is_noisy else exact_steps(series.values)
