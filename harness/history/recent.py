"""A figure in the newest commits: what is usual from one commit to the next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from harness.errors import ReportError
from harness.history.index import Index
from harness.history.metrics import Metric
from harness.history.sides import Run
from harness.measure.records import RunRecord
from harness.report.store import read_runs

MOST_COMMITS = 50


class RecentCommits:
    """The runs of the newest commits, read as they are asked for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._runs = cache(_runs)

    def values(self, run: Run, metric: Metric) -> list[float]:
        """The figure in the newest commits up to that of `run`, the oldest first.

        Only figures of the same suite, variant, board, target and engine count, whose provenance and conditions are
        those of `run`.
        """
        quantities = (
            metric.of(record)
            for folder in islice(self._newest_first(run), MOST_COMMITS)
            for record in self._runs(folder)
            if _is_alike(record, run, metric)
        )
        return [float(quantity.value) for quantity in quantities if quantity][::-1]

    def _newest_first(self, run: Run) -> Iterator[Path]:
        """The newest session of each commit whose checkout was clean, from that of `run` back."""
        wanted = (run.record.suite, run.record.board, run.record.engine)
        commits = set()
        is_reached = run.info.id not in self._index.summaries
        for id_, summary in reversed(list(self._index.summaries.items())):
            is_reached = is_reached or id_ == run.info.id
            checkout = summary.checkout
            if not is_reached or checkout is None or checkout.dirty or checkout.commit in commits:
                continue
            if summary.ended is not None and wanted in summary.groups:
                commits.add(checkout.commit)
                yield self._index.folder / id_


def _runs(folder: Path) -> list[RunRecord]:
    try:
        return read_runs(folder)
    except ReportError:  # whoever reads the index tells of it
        return []


def _is_alike(record: RunRecord, run: Run, metric: Metric) -> bool:
    quantity, wanted = metric.of(record), metric.of(run.record)
    return (
        Run(run.info, record).id == run.id
        and quantity is not None
        and wanted is not None
        and quantity.provenance == wanted.provenance
        and all(getattr(record, field) == getattr(run.record, field) for field in metric.conditions)
    )
