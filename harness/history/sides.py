"""The two sides of a comparison: runs, each with what it left and the session that it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from harness.history.index import RanOn
from harness.history.select import Selection
from harness.measure.records import LayerRecord, RunRecord, VectorRecord, WindowRecord
from harness.report.schema import R
from harness.report.session import SessionInfo
from harness.report.store import read_session
from harness.report.tables import RunKey, SessionTables, run_key


class RunId(NamedTuple):
    """What two runs must have in common to be compared."""

    suite: str
    variant: str
    board: str
    target: str  # its kind
    engine: str

    def __str__(self) -> str:
        return f"{self.suite} {self.variant} on {self.board} ({self.target}) with {self.engine}"


@dataclass(frozen=True)
class Run:
    """One run of a session, and what it left."""

    info: SessionInfo
    record: RunRecord
    layers: tuple[LayerRecord, ...] = ()
    windows: tuple[WindowRecord, ...] = ()
    vectors: tuple[VectorRecord, ...] = ()

    @property
    def id(self) -> RunId:
        record = self.record
        return RunId(record.suite, record.variant, record.board, record.target, record.engine)


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes:
        spec: what was written.
        runs: in the order in which they ran.
        infos: the sessions that they are of.
    """

    spec: str
    runs: Mapping[RunId, Run]
    infos: tuple[SessionInfo, ...]

    @property
    def described(self) -> str:
        """`main~5 (1931af0, dirty)`."""
        words = list(dict.fromkeys(info.checkout.short_commit for info in self.infos if info.checkout))
        words += ["dirty"] if self.is_dirty else []
        return f"{self.spec} ({', '.join(words)})" if words else self.spec

    @property
    def is_dirty(self) -> bool:
        """Whether files of a session's checkout differed from the commit."""
        return any(info.checkout and info.checkout.dirty for info in self.infos)


def read_side(selection: Selection) -> Side:
    """The runs of the sessions that are meant.

    Raises:
        ReportError: a session cannot be read.
    """
    tables = {folder: read_session(folder) for folder in {source.folder for source in selection.sources.values()}}
    wanted = {key: tables[source.folder] for key, source in selection.sources.items()}
    return side_of(selection.spec, tables.values(), wanted)


def side_of(spec: str, sessions: Iterable[SessionTables], wanted: Mapping[RanOn, SessionTables]) -> Side:
    """The runs of `sessions` whose board, kind of target and engine are to be taken from that one."""
    runs = [
        run
        for tables in sessions
        for run in session_runs(tables)
        if wanted.get(RanOn(run.record.board, run.record.target, run.record.engine)) is tables
    ]
    infos = {id(run.info): run.info for run in runs}
    return Side(spec, {run.id: run for run in runs}, tuple(infos.values()))


def session_runs(tables: SessionTables) -> list[Run]:
    """Those of one session."""
    layers = _by_run(tables.layer_records)
    windows = _by_run(tables.window_records)
    vectors = _by_run(tables.vector_records)
    return [
        Run(tables.info, record, tuple(layers[key]), tuple(windows[key]), tuple(vectors[key]))
        for record, key in ((record, run_key(record)) for record in tables.run_records)
    ]


def _by_run(records: Iterable[R]) -> dict[RunKey, list[R]]:
    groups: dict[RunKey, list[R]] = defaultdict(list)
    for record in records:
        groups[run_key(record)].append(record)
    return groups
