"""Figures from commit to commit: the series of each run and metric, out of thousands of sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.history.figures import SESSION, Coded, Codes, RunColumns, read_columns
from harness.history.index import Group, Index
from harness.history.listing import SessionFilter
from harness.history.metrics import METRICS, OUTCOME, OUTCOMES, Metric
from harness.history.sides import RunId
from harness.history.steps import Numbers, Places
from harness.history.timeline import Timeline
from harness.measure.records import Provenance


@dataclass(frozen=True)
class Series:
    """A figure over commits, where all its values are of the same thing.

    Attributes:
        conditions: what must be equal for that, by the name of its field in `RunRecord`.
        places: of the commits in the timeline, ascending.
        values: the figure of each.
        sessions: that it is of.
    """

    run: RunId
    metric: Metric
    provenance: Provenance
    conditions: Mapping[str, str]
    places: Places
    values: Numbers
    sessions: NDArray[np.object_]

    @property
    def origin(self) -> dict[str, str]:
        """How the figure was obtained: two series of one figure differ in it."""
        return {"provenance": self.provenance.value, **self.conditions}

    @property
    def is_noisy(self) -> bool:
        return self.metric.is_noisy(self.provenance)


@dataclass(frozen=True)
class _Rows:
    """Runs, of the commits in their order, and of one commit the one to be preferred last."""

    columns: RunColumns
    order: Places  # of the columns' rows
    places: Places  # of their commits
    sessions: NDArray[np.object_]
    runs: Codes
    ids: Sequence[RunId]

    def coded(self, name: str) -> Coded:
        codes, values = self.columns.coded(name)
        return Coded(codes[self.order], values)

    def numbers(self, name: str) -> Numbers:
        return self.columns.numbers(name)[self.order]


def read_series(
    index: Index, timeline: Timeline, wanted: SessionFilter, metrics: Sequence[Metric] = METRICS
) -> tuple[list[Series], dict[str, str]]:
    """The series of all runs that are wanted; and why sessions cannot be read, by their ids.

    A commit has the figure of its last session in the timeline that has the run. A run that was interrupted is none.
    """
    ids = [summary.id for of_commit in timeline.sessions.values() for summary in of_commit]
    names = dict.fromkeys([*RunId._fields, OUTCOME.name, *(name for metric in metrics for name in _columns(metric))])
    columns, unreadable = read_columns(index, ids, list(names))
    rows = _rows(columns, timeline, wanted)
    found = [series for metric in metrics for series in _series(rows, metric)]
    return sorted(found, key=lambda series: (series.run, metrics.index(series.metric))), unreadable


def _columns(metric: Metric) -> tuple[str, ...]:
    own = (metric.name,) if metric is OUTCOME else (metric.name, f"{metric.name}_provenance")
    return *own, *metric.conditions


def _rows(columns: RunColumns, timeline: Timeline, wanted: SessionFilter) -> _Rows:
    """The rows of runs that are wanted, in the timeline's order."""
    place_of = {commit: place for place, commit in enumerate(timeline.commits)}
    ranked = [(place_of[commit], each) for commit in timeline.commits for each in timeline.sessions.get(commit, ())]
    rank_of = {summary.id: rank for rank, (_, summary) in enumerate(ranked)}
    sessions = columns.coded(SESSION)
    ranks = np.array([rank_of.get(name, -1) for name in sessions.values], np.intp)[sessions.codes]
    runs, run_ids = _run_codes(columns)
    groups = [Group(run.suite, run.board, run.engine) for run in run_ids]
    is_wanted = np.array(list(map(wanted.matches_run, groups)), np.bool_)[runs]
    order = np.argsort(ranks, kind="stable")
    outcomes = columns.coded(OUTCOME.name)
    was_interrupted = np.array([value == "interrupted" for value in outcomes.values], np.bool_)[outcomes.codes]
    order = order[(is_wanted & ~was_interrupted)[order]]
    places = np.array([place for place, _ in ranked], np.intp)[ranks[order]]
    names = np.array(sessions.values, np.object_)[sessions.codes[order]]
    return _Rows(columns, order, places, names, runs[order], run_ids)


def _run_codes(columns: RunColumns) -> tuple[Codes, list[RunId]]:
    """The place of each row's run among all different ones."""
    keys = [columns.coded(name) for name in RunId._fields]
    _, first, codes = np.unique(_combined(keys), return_index=True, return_inverse=True)
    return codes, [RunId(*(str(key.values[key.codes[row]]) for key in keys)) for row in first]


def _combined(keys: Sequence[Coded]) -> Codes:
    """A number for each row that is another wherever one of the keys is."""
    combined = np.zeros(len(keys[0].codes), np.int64)
    for key in keys:
        combined = combined * max(1, len(key.values)) + key.codes
    return combined


def _series(rows: _Rows, metric: Metric) -> Iterator[Series]:
    """Those of one metric: a run has several where its figure is of other things at times."""
    values, provenances = _outcomes(rows) if metric is OUTCOME else _quantities(rows, metric)
    known = np.flatnonzero(np.array([each is not None for each in provenances.values], np.bool_)[provenances.codes])
    if not len(known):
        return
    conditions = {name: rows.coded(name) for name in metric.conditions}
    keys = _combined([Coded(rows.runs, list(rows.ids)), provenances, *conditions.values()])[known]
    ordered = known[np.argsort(keys, kind="stable")]
    keys = np.sort(keys, kind="stable")
    is_last = np.append((keys[1:] != keys[:-1]) | (np.diff(rows.places[ordered]) != 0), True)  # of its commit
    ordered, keys = ordered[is_last], keys[is_last]
    for part in np.split(ordered, np.flatnonzero(np.diff(keys)) + 1):
        first = part[0]
        yield Series(
            rows.ids[rows.runs[first]],
            metric,
            provenances.values[provenances.codes[first]],
            {name: _text(coded.values[coded.codes[first]]) for name, coded in conditions.items()},
            rows.places[part],
            values[part],
            rows.sessions[part],
        )


def _outcomes(rows: _Rows) -> tuple[Numbers, Coded]:
    """How good each run's outcome is; an unknown word is none."""
    codes, words = rows.coded(OUTCOME.name)
    ranks = np.array([OUTCOMES.index(word) if word in OUTCOMES else -1 for word in words], np.float64)
    return ranks[codes], Coded((ranks[codes] < 0).astype(np.int64), [Provenance.STATIC, None])


def _quantities(rows: _Rows, metric: Metric) -> tuple[Numbers, Coded]:
    codes, words = rows.coded(f"{metric.name}_provenance")
    provenances = [Provenance(word) if word in set(Provenance) else None for word in words]
    known = [each if each and metric.is_known(each) else None for each in provenances]
    unknown = len(known)
    codes = np.where(rows.columns.is_known(metric.name)[rows.order], codes, unknown)
    return rows.numbers(metric.name), Coded(codes, [*known, None])


def _text(value: object) -> str:
    return "" if value is None else str(value)
