"""What is known of every session of a folder without reading it again: thousands of them in a fraction of a second.

The index is a file in the folder. It only saves time: an entry counts while the files of its session are untouched,
one that is missing or damaged is made anew, and of several processes that write the index the last one wins.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from harness.errors import ReportError
from harness.report.schema import TABLES
from harness.report.session import Checkout, Outcome, SessionInfo, outcome_text
from harness.report.store import SESSION_FILE, read_info, read_session, table_file

INDEX_FILE = ".index.json"
_STAMPED = (SESSION_FILE, *map(table_file, TABLES))
_RUNS = slice(2 * _STAMPED.index(table_file("runs")), 2 * _STAMPED.index(table_file("runs")) + 2)  # of a stamp
_MEND = "restore that file, or delete the folder"


class Group(NamedTuple):
    """What runs have in common that differ in their variant alone."""

    suite: str
    board: str
    engine: str


class RanOn(NamedTuple):
    """Where runs were made, and with what."""

    board: str
    target: str  # its kind
    engine: str


class Summary(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """A session without its figures.

    Attributes:
        id: the name of its folder.
        started: in UTC.
        ended: None: it is under way, or was killed.
        boards: that it was to run on.
        groups_json: see `groups`.
        ran_on_json: see `ran_on`.
        places: of a farm, that its runs were on.
    """

    id: str
    started: datetime
    ended: str | None
    outcome: Outcome
    checkout: Checkout | None
    boards: tuple[str, ...]
    groups_json: msgspec.Raw
    ran_on_json: msgspec.Raw
    places: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """Those of the runs, in their order."""
        return _decoded_groups(bytes(self.groups_json))

    @property
    def ran_on(self) -> tuple[RanOn, ...]:
        """Those of the runs, in their order."""
        return _decoded_ran_on(bytes(self.ran_on_json))

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end by itself."""
        return self.ended is not None and self.outcome != "interrupted"

    @property
    def engines(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group.engine for group in self.groups))

    @property
    def suites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group.suite for group in self.groups))

    @property
    def outcome_text(self) -> str:
        return outcome_text(self.outcome)


@cache
def _decoded_groups(encoded: bytes) -> tuple[Group, ...]:
    """Most sessions of a folder have the same."""
    return msgspec.json.decode(encoded, type=tuple[Group, ...])


@cache
def _decoded_ran_on(encoded: bytes) -> tuple[RanOn, ...]:
    return msgspec.json.decode(encoded, type=tuple[RanOn, ...])


# Of files, one after the other: bytes, and nanoseconds of the last change of any kind, which no program can set.
Stamp = tuple[int, ...]


@dataclass(frozen=True)
class Index:
    """The sessions in `folder`.

    Attributes:
        summaries: by id, the oldest first.
        unreadable: why others cannot be read, by the name of their folder: one that is damaged must not hide the rest.
        run_stamps: of the tables of runs of the sessions that have ended and have runs.
    """

    folder: Path
    summaries: Mapping[str, Summary]
    unreadable: Mapping[str, str]
    run_stamps: Mapping[str, Stamp]


class _Entry(Struct, frozen=True, array_like=True, gc=False):
    stamp: Stamp  # of all files of the session that are known
    summary: Summary


class _IndexFile(Struct):
    version: Literal[2]  # rises when entries come to hold something else
    entries: dict[str, _Entry]


def read_index(reports_dir: Path) -> Index:
    """The sessions in a folder; none where there is no such folder."""
    known = _read_entries(reports_dir)
    entries: dict[str, _Entry] = {}
    unreadable: dict[str, str] = {}
    for name, stamp in _stamps(reports_dir).items():
        entry = known.get(name)
        try:
            if entry is None or entry.stamp != stamp:
                entry = _Entry(stamp, summarize(reports_dir / name))
            entries[name] = entry
        except ReportError as error:
            unreadable[name] = error.cause.removeprefix(f"{reports_dir / name}{os.sep}")
    finished = {name: entry for name, entry in entries.items() if entry.summary.ended is not None}
    if finished != known:
        _write_entries(reports_dir, finished)
    summaries = sorted((entry.summary for entry in entries.values()), key=lambda each: (each.started, each.id))
    stamps = {name: entry.stamp[_RUNS] for name, entry in finished.items() if entry.summary.groups}
    return Index(reports_dir, {summary.id: summary for summary in summaries}, unreadable, stamps)


def _stamps(reports_dir: Path) -> dict[str, Stamp]:
    """By the names of the folders that a session was begun in. What is yet to become one has a name with a dot."""
    try:
        names = sorted(name for name in os.listdir(reports_dir) if name[0] != ".")  # noqa: PTH208  names alone
    except (FileNotFoundError, NotADirectoryError):
        return {}
    stamps = {name: _stamp(f"{reports_dir}/{name}") for name in names}
    return {name: stamp for name, stamp in stamps.items() if stamp[1]}


def _stamp(folder: str) -> Stamp:
    """Zeros stand for a file that is not there."""
    stamp: list[int] = []
    for file in _STAMPED:
        try:
            status = os.stat(f"{folder}/{file}")  # noqa: PTH116  in a third of the time of Path.stat
            stamp += status.st_size, status.st_ctime_ns
        except OSError:
            stamp += 0, 0
    return tuple(stamp)


def summarize(folder: Path) -> Summary:
    """Read the session in `folder`.

    Raises:
        ReportError: a file is damaged or missing, or of another schema version.
    """
    info = read_info(folder)
    try:
        started = datetime.fromisoformat(info.started)
    except ValueError as error:
        raise ReportError(f"{folder / SESSION_FILE}: started: {error}", _MEND) from None
    runs = _journaled_runs(folder) if info.ended is None else _stored_runs(folder, info)
    return Summary(
        id=folder.name,
        started=started.astimezone(UTC) if started.tzinfo else started.replace(tzinfo=UTC),
        ended=info.ended,
        outcome=info.outcome,
        checkout=info.checkout,
        boards=tuple(info.boards),
        groups_json=_encoded(Group(run.suite, run.board, run.engine) for run in runs),
        ran_on_json=_encoded(RanOn(run.board, run.target, run.engine) for run in runs),
        places=tuple(dict.fromkeys(place for run in runs for place in run.place.split(", ") if place)),
    )


class _Run(NamedTuple):
    """What a summary tells of a run."""

    suite: str
    board: str
    engine: str
    target: str
    place: str  # or several, with commas


def _encoded(values: Iterable[Group | RanOn]) -> msgspec.Raw:
    """Each once."""
    return msgspec.Raw(msgspec.json.encode(list(dict.fromkeys(values))))


def _journaled_runs(folder: Path) -> list[_Run]:
    records = read_session(folder).run_records
    return [_Run(run.suite, run.board, run.engine, run.target, run.place) for run in records]


def _stored_runs(folder: Path, info: SessionInfo) -> list[_Run]:
    """Those of a session that ended, for which no other column is read. Of the other tables, whether they are whole."""
    from pyarrow import ArrowException, parquet

    for table in TABLES:
        file = folder / table_file(table)
        try:
            if table == "runs":
                rows = parquet.ParquetFile(file).read(columns=list(_Run._fields), use_threads=False)
                columns = [rows[field].to_pylist() for field in _Run._fields if field != "place"]
                places = rows["place"].to_pylist() if "place" in rows.column_names else [""] * len(rows)  # older ones
                runs = msgspec.convert(list(zip(*columns, places, strict=True)), list[_Run])
            elif info.has_table(table):
                parquet.read_metadata(file)
        except (OSError, ArrowException, KeyError, msgspec.ValidationError) as error:
            reason = "is missing" if isinstance(error, FileNotFoundError) else error
            raise ReportError(f"{file}: {reason}", _MEND) from None
    return runs


def _read_entries(reports_dir: Path) -> dict[str, _Entry]:
    try:
        return msgspec.json.decode((reports_dir / INDEX_FILE).read_bytes(), type=_IndexFile).entries
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _write_entries(reports_dir: Path, entries: dict[str, _Entry]) -> None:
    """All or nothing. Where it cannot be written the next reader takes longer, and that is all."""
    part = reports_dir / f"{INDEX_FILE}.{os.getpid()}.part"
    with contextlib.suppress(OSError):
        try:
            part.write_bytes(msgspec.json.encode(_IndexFile(2, entries)))
            part.replace(reports_dir / INDEX_FILE)
        finally:
            part.unlink(missing_ok=True)
