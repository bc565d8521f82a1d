"""The records of one session in memory: a sink while it runs, tables afterwards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from harness.measure.records import LayerRecord, RunRecord, TraceRecord, VectorRecord, WindowRecord
from harness.report.schema import Record, frame
from harness.report.session import SessionInfo
from harness.report.wording import counted

if TYPE_CHECKING:
    import pandas as pd


class RunKey(NamedTuple):
    """What tells the runs of a session apart."""

    suite: str
    variant: str
    board: str
    engine: str

    def __str__(self) -> str:
        return f"{self.suite} {self.variant} on {self.board} with {self.engine}"


def run_key(record: Record) -> RunKey:
    return RunKey(record.suite, record.variant, record.board, record.engine)


@dataclass(frozen=True)
class SessionTables:
    """One session: metadata, and its records in the order in which they arose.

    Attributes:
        malformed: what of the records is left out because it cannot be read, each with its table and column.
    """

    info: SessionInfo
    run_records: tuple[RunRecord, ...]
    layer_records: tuple[LayerRecord, ...]
    window_records: tuple[WindowRecord, ...]
    trace_records: tuple[TraceRecord, ...]
    vector_records: tuple[VectorRecord, ...]
    malformed: tuple[str, ...] = ()

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run, columns as in `schema.columns(RunRecord)`."""
        return frame(RunRecord, self.run_records)

    @cached_property
    def layers(self) -> pd.DataFrame:
        """One row per layer of each run."""
        return frame(LayerRecord, self.layer_records)

    @cached_property
    def windows(self) -> pd.DataFrame:
        """One row per timed or metered window of each run."""
        return frame(WindowRecord, self.window_records)

    @cached_property
    def traces(self) -> pd.DataFrame:
        """One row per trace that a meter gave of each run."""
        return frame(TraceRecord, self.trace_records)

    @cached_property
    def vectors(self) -> pd.DataFrame:
        """One row per answered vector of each run."""
        return frame(VectorRecord, self.vector_records)

    @cached_property
    def vectors_by_run(self) -> Mapping[RunKey, Sequence[VectorRecord]]:
        """Every run that answered one."""
        found: dict[RunKey, list[VectorRecord]] = defaultdict(list)
        for vector in self.vector_records:
            found[run_key(vector)].append(vector)
        return dict(found)

    @cached_property
    def stops(self) -> dict[RunKey, str]:
        """Where each run stopped that broke off while its vectors streamed."""
        answered = Counter(map(run_key, self.vector_records))
        runs = {run_key(run): run for run in self.run_records}
        keys = dict.fromkeys([*runs, *map(run_key, self.layer_records), *answered])
        stops = {key: _stop(runs.get(key), answered[key]) for key in keys}
        return {key: stop for key, stop in stops.items() if stop}


def _stop(run: RunRecord | None, answered: int) -> str:
    if run is None:
        return f"incomplete: stopped after {counted(answered, 'vector')}"
    if run.outcome == "running" or 0 < answered < run.vectors_total:
        return f"incomplete: stopped after {answered} of {run.vectors_total} vectors"
    return ""


class Records:
    """Takes records as they arise, the vectors of a run in any order.

    A run that is started again (outcome "running") replaces what it gave before.
    """

    def __init__(self) -> None:
        self._runs: dict[RunKey, RunRecord] = {}
        self._layers: dict[RunKey, dict[int, LayerRecord]] = defaultdict(dict)
        self._windows: dict[RunKey, dict[tuple[str, int], WindowRecord]] = defaultdict(dict)
        self._traces: dict[RunKey, dict[str, TraceRecord]] = defaultdict(dict)
        self._vectors: dict[RunKey, dict[int, VectorRecord]] = defaultdict(dict)

    def add(self, record: Record) -> None:
        """Take a record of any kind."""
        match record:
            case RunRecord():
                self.add_run(record)
            case LayerRecord():
                self.add_layer(record)
            case WindowRecord():
                self.add_window(record)
            case TraceRecord():
                self.add_trace(record)
            case VectorRecord():
                self.add_vector(record)

    def add_run(self, record: RunRecord) -> None:
        key = run_key(record)
        if record.outcome == "running":
            self._forget(key)
        self._runs[key] = record

    def add_layer(self, record: LayerRecord) -> None:
        self._layers[run_key(record)][record.op_index] = record

    def add_window(self, record: WindowRecord) -> None:
        self._windows[run_key(record)][record.kind, record.window] = record

    def add_trace(self, record: TraceRecord) -> None:
        self._traces[run_key(record)][record.kind] = record

    def add_vector(self, record: VectorRecord) -> None:
        self._vectors[run_key(record)][record.vector] = record

    def is_empty(self) -> bool:
        return not (self._runs or self._layers or self._windows or self._traces or self._vectors)

    def tables(self, info: SessionInfo) -> SessionTables:
        """What arose so far."""
        return SessionTables(
            info,
            tuple(self._so_far(key, run) for key, run in self._runs.items()),
            tuple(layer for of_run in self._layers.values() for layer in of_run.values()),
            tuple(window for of_run in self._windows.values() for window in of_run.values()),
            tuple(trace for of_run in self._traces.values() for trace in of_run.values()),
            tuple(of_run[index] for of_run in self._vectors.values() for index in sorted(of_run)),
        )

    def _forget(self, key: RunKey) -> None:
        self._layers.pop(key, None)
        self._windows.pop(key, None)
        self._traces.pop(key, None)
        self._vectors.pop(key, None)

    def _so_far(self, key: RunKey, run: RunRecord) -> RunRecord:
        """A run that never said how it ended has answered the vectors that are here."""
        return replace(run, vectors=len(self._vectors.get(key, ()))) if run.outcome == "running" else run
