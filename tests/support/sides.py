"""Sides of comparisons, of records that nobody measured."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from support.session_records import INFO, metered_run, run_record, tables_of, window_record

from harness.history.changes import Changes, find_changes
from harness.history.index import RanOn
from harness.history.metrics import Metric
from harness.history.settings import Settings
from harness.history.sides import Run, Side, side_of
from harness.measure.records import Provenance, Quantity, RunRecord, WindowRecord
from harness.report import SessionInfo
from harness.report.schema import Record
from harness.report.session import Checkout

DIRTY = replace(INFO, ended="2026-01-02T04:00:00+00:00")
CLEAN = replace(DIRTY, checkout=Checkout("0123456789abcdef0123456789abcdef01234567", dirty=False, branch="main"))


def side(*records: Record, spec: str = "main", info: SessionInfo = CLEAN) -> Side:
    """A side of one session."""
    tables = tables_of(*records, info=info)
    runs = [record for record in records if isinstance(record, RunRecord)]
    return side_of(spec, [tables], {RanOn(run.board, run.target, run.engine): tables for run in runs})


def no_recent(run: Run, metric: Metric) -> Sequence[float]:
    return ()


def changes_of(base: Side, head: Side, settings: Settings | None = None) -> Changes:
    """A comparison without any history."""
    return find_changes(base, head, settings or Settings(), no_recent)


def compared(base: RunRecord, head: RunRecord, settings: Settings | None = None) -> dict[str, str]:
    """The verdict on each metric of two runs."""
    (run,) = changes_of(side(base), side(head), settings).runs
    return {change.metric.name: str(change.verdict) for change in run.changes}


def quantity(value: float, provenance: Provenance = Provenance.EMULATED) -> Quantity:
    return Quantity(value, provenance)


def timed_side(
    latencies_us: Sequence[float],
    *,
    spec: str = "main",
    info: SessionInfo = CLEAN,
    provenance: Provenance = Provenance.MEASURED,
    **changes: object,
) -> Side:
    """A run on an attached board, timed in windows of those latencies; the first one is said to be the median."""
    run = metered_run(run_record(), latencies_us[0], 10.0, **changes)
    run = replace(run, latency_us=Quantity(latencies_us[0], provenance))
    windows: list[WindowRecord] = [
        window_record(run, number, latency_us=Quantity(latency_us, provenance))
        for number, latency_us in enumerate(latencies_us)
    ]
    return side(run, *windows, spec=spec, info=info)
