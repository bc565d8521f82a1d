"""Session folders: written record by record, read back as tables."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from harness.config import Board
from harness.errors import ReportError
from harness.measure.records import LayerRecord, RunRecord, TraceRecord, VectorRecord, WindowRecord
from harness.report.context import new_session_info
from harness.report.journal import Journal, read_journals
from harness.report.malformed import without_malformed
from harness.report.markdown import render_markdown
from harness.report.schema import R, Record, arrow_table, record
from harness.report.session import OLDEST_READABLE_VERSION, SCHEMA_VERSION, Outcome, SessionInfo
from harness.report.tables import Records, SessionTables

SESSION_FILE = "session.json"
JOURNAL_FILE = "journal.jsonl"
SUMMARY_FILE = "summary.md"


def table_file(table: str) -> str:
    """The file name of a table."""
    return f"{table}.parquet"


def create_session(
    reports_dir: Path,
    *,
    root: Path,
    command: Sequence[str],
    boards: Iterable[Board] = (),
    tools: Mapping[str, str] | None = None,
) -> SessionWriter:
    """Make the folder of a new session, `<reports_dir>/<UTC time>-<commit>`. Arguments as for `new_session_info`.

    Raises:
        ReportError: the folder cannot be made or written.
    """
    wanted = new_session_info(root, command, boards, tools)
    with _writing(reports_dir):
        folder = _make_folder(reports_dir, wanted.id)
    return SessionWriter(folder, msgspec.structs.replace(wanted, id=folder.name))


class JournalWriter:
    """Writes records to a journal of a session's folder. Every one is on disk when its `add_…` returns."""

    def __init__(self, folder: Path, name: str = JOURNAL_FILE) -> None:
        """Raises: ReportError: the journal cannot be made."""
        self.path = folder
        with _writing(folder):
            self._journal = Journal(folder / name)

    def add_run(self, record: RunRecord) -> None:
        """Record a run; a later one of the same suite, variant, board and engine replaces it.

        Raises:
            ReportError: it cannot be written (so for every `add_…`).
        """
        self._add(record)

    def add_layer(self, record: LayerRecord) -> None:
        self._add(record)

    def add_window(self, record: WindowRecord) -> None:
        self._add(record)

    def add_trace(self, record: TraceRecord) -> None:
        self._add(record)

    def add_vector(self, record: VectorRecord) -> None:
        self._add(record)

    def close(self) -> None:
        self._journal.close()

    def _add(self, record: Record) -> None:
        with _writing(self.path):
            self._journal.append(record)


class SessionWriter(JournalWriter):
    """A session under way: its records come through it, or from other processes that write journals into its folder."""

    def __init__(self, path: Path, info: SessionInfo) -> None:
        """`path` is the session's folder, empty so far.

        Raises:
            ReportError: it cannot be written.
        """
        # `finish` needs it and it takes time to load: meanwhile the device computes.
        self._loading = threading.Thread(target=_load_table_library, daemon=True)
        self._loading.start()
        self.info = info
        self._records = Records()
        with _writing(path):
            _write_info(path, info)
        super().__init__(path)

    def tables(self) -> SessionTables:
        """What was recorded so far; what other processes recorded, once the session is finished."""
        return self._records.tables(self.info)

    def finish(self, outcome: Outcome) -> None:
        """Turn the journals into tables and write the summary. To be called once, last.

        Raises:
            ReportError: a file cannot be written; the journals stay and the session can be read.
        """
        self.close()
        self._loading.join()  # two threads must not import the same package at once
        self.info = self.info.finished(outcome)
        journals = _journals(self.path)
        with _writing(self.path):
            if self._records.is_empty():  # others wrote the records
                self._records = read_journals(journals)
            tables = self.tables()
            _write_tables(self.path, tables)
            _replace(self.path / SUMMARY_FILE, lambda part: part.write_text(render_markdown(tables), encoding="utf-8"))
            _write_info(self.path, self.info)
            for journal in journals:
                journal.unlink()

    def is_empty(self) -> bool:
        """Whether nothing was recorded, by any process."""
        return not any(journal.stat().st_size for journal in _journals(self.path))

    def discard(self) -> None:
        """Remove the session.

        Raises:
            ReportError: it cannot be removed.
        """
        self.close()
        with _writing(self.path):
            shutil.rmtree(self.path)

    def _add(self, record: Record) -> None:
        super()._add(record)
        self._records.add(record)


@contextlib.contextmanager
def session_part(folder: Path, position: int) -> Iterator[JournalWriter]:
    """Records of a session whose folder another process made: a journal of their own.

    Args:
        position: where they belong among the session's parts; of the same one, the later part comes later.

    Raises:
        ReportError: it cannot be written.
    """
    attempt = len(list(folder.glob(f"journal-{position:06}-*.jsonl")))
    with contextlib.closing(JournalWriter(folder, f"journal-{position:06}-{attempt:03}.jsonl")) as part:
        yield part


def read_session(path: Path) -> SessionTables:
    """The session in the folder `path`; of one that was killed, what it had journaled. JSON in it
    that is malformed is left out and named.

    Raises:
        ReportError: there is no session, or it is damaged or of another schema version.
    """
    info = read_info(path)
    with _reading(path):
        if info.ended is None:
            return without_malformed(read_journals(_journals(path)).tables(info))
        tables = SessionTables(
            info,
            tuple(_read_table(path, "runs", RunRecord)),
            tuple(_read_table(path, "layers", LayerRecord)),
            tuple(_read_table(path, "windows", WindowRecord)) if info.has_table("windows") else (),
            tuple(_read_table(path, "traces", TraceRecord)) if info.has_table("traces") else (),
            tuple(_read_table(path, "vectors", VectorRecord)),
        )
        return without_malformed(tables)


def read_runs(path: Path) -> list[RunRecord]:
    """The runs of the ended session in the folder `path`, without reading anything else.

    Raises:
        ReportError: their table is missing or damaged.
    """
    with _reading(path):
        return _read_table(path, "runs", RunRecord)


def read_info(path: Path) -> SessionInfo:
    """The metadata of the session in the folder `path`.

    Raises:
        ReportError: as for `read_session`.
    """
    file = path / SESSION_FILE
    try:
        content = file.read_bytes()
        version = msgspec.json.decode(content, type=_Versioned).schema_version
        if not OLDEST_READABLE_VERSION <= version <= SCHEMA_VERSION:
            raise ReportError(
                f"{file}: schema version {version}, this harness reads {OLDEST_READABLE_VERSION} to {SCHEMA_VERSION}",
                "read it with the harness that wrote it (tools.harness in that file)",
            )
        return msgspec.json.decode(content, type=SessionInfo)
    except OSError as error:
        raise ReportError(f"{file}: {error.strerror}", "name the folder of a session") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ReportError(f"{file}: {error}", "restore that file, or delete the folder") from None


def _journals(path: Path) -> list[Path]:
    """Those of a session's parts in the order of their positions, then its own."""
    return sorted(path.glob("journal*.jsonl"))


def _load_table_library() -> None:
    from pyarrow import parquet  # noqa: F401


class _Versioned(msgspec.Struct):
    schema_version: int


def _make_folder(reports_dir: Path, name: str) -> Path:
    """A new folder: `name`, or with a number where another session started in the same second."""
    reports_dir.mkdir(parents=True, exist_ok=True)
    for candidate in itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2))):
        with contextlib.suppress(FileExistsError):
            (reports_dir / candidate).mkdir()
            return reports_dir / candidate
    raise AssertionError("count() does not end")


def _write_info(path: Path, info: SessionInfo) -> None:
    content = msgspec.json.format(msgspec.json.encode(info)) + b"\n"
    _replace(path / SESSION_FILE, lambda part: part.write_bytes(content))


def _write_tables(path: Path, tables: SessionTables) -> None:
    _write_table(path, "runs", RunRecord, tables.run_records)
    _write_table(path, "layers", LayerRecord, tables.layer_records)
    _write_table(path, "windows", WindowRecord, tables.window_records)
    _write_table(path, "traces", TraceRecord, tables.trace_records)
    _write_table(path, "vectors", VectorRecord, tables.vector_records)


def _write_table(path: Path, name: str, record_type: type[R], records: Iterable[R]) -> None:
    from pyarrow import parquet

    table = arrow_table(record_type, records)
    _replace(path / table_file(name), lambda part: parquet.write_table(table, part))


def _read_table(path: Path, name: str, record_type: type[R]) -> list[R]:
    import pyarrow as pa
    from pyarrow import parquet

    file = path / table_file(name)
    try:
        with parquet.ParquetFile(file) as table:  # `read_table` would load pandas
            return [record(record_type, row) for row in table.read().to_pylist()]
    except (pa.ArrowInvalid, msgspec.ValidationError) as error:
        raise ReportError(f"{file}: {error}", "restore that file, or delete the folder") from None


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    """Write a file all or nothing: beside it, then renamed."""
    part = file.with_name(f".{file.name}.part")
    try:
        write(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turns the system's refusal to read into a ReportError."""
    try:
        yield
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error}", "restore that file, or delete the folder") from None


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turns the system's refusal to write into a ReportError."""
    try:
        yield
    except OSError as error:
        raise ReportError(
            f"{path}: cannot be written: {error.strerror or error}",
            "make room there or make it writable, or choose another folder with --reports-dir",
        ) from None
