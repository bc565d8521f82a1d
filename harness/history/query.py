"""SQL over the tables of all sessions of a folder, by DuckDB."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.errors import ReportError
from harness.history.index import Index, Summary
from harness.history.layout import aligned
from harness.history.segments import run_segments
from harness.report.schema import TABLES, arrow_schema
from harness.report.store import read_session, table_file
from harness.report.wording import printable

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class Column(NamedTuple):
    """A column of `sessions`."""

    sql_type: str
    meaning: str


SHARED = ("session", "started", "commit", "branch", "dirty")  # by all tables
SESSIONS = {
    "session": Column("VARCHAR", "its id: the name of its folder"),
    "started": Column("TIMESTAMP", "in UTC"),
    "commit": Column("VARCHAR", "in full; null outside of a git checkout"),
    "branch": Column("VARCHAR", "null where HEAD was detached"),
    "dirty": Column("BOOLEAN", "files of the checkout differed from the commit"),
    "outcome": Column("VARCHAR", "passed, failed or interrupted"),
    "boards": Column("VARCHAR[]", "that it was to run on"),
    "engines": Column("VARCHAR[]", "of its runs"),
    "suites": Column("VARCHAR[]", "of its runs"),
}


class Answer(NamedTuple):
    """What a query gives: the names of its columns, and rows of Python values."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def query(statement: str, index: Index) -> Answer:
    """The answer to a query over `sessions` and the tables of the sessions that have ended.

    Every table begins with the columns of `sessions`. What a session of an older schema lacks is null.

    Raises:
        ReportError: DuckDB is not installed, or does not understand the statement, or a table is damaged.
    """
    try:
        import duckdb
    except ImportError:
        raise ReportError("SQL needs DuckDB", "pip install 'tinyhil[sql]'") from None
    with duckdb.connect() as connection:
        try:
            if not connection.extract_statements(statement):
                raise ReportError("no statement", "give one, such as 'select * from sessions'")
            _make_views(connection, statement, index)
            connection.execute(statement)
            columns = [column[0] for column in connection.description or ()]
            return Answer(columns, connection.fetchall() if columns else [])
        except duckdb.Error as error:
            if not isinstance(error, duckdb.ProgrammingError | duckdb.DataError):
                _refuse_damaged(index)
            cause, _, _ = str(error).partition("\n\n")  # then the statement again
            raise ReportError(cause, "docs/reports.md lists tables and columns") from None


def _refuse_damaged(index: Index) -> None:
    """Raises the ReportError of the first session that cannot be read to its end: DuckDB does not say in which file."""
    for name in index.summaries:
        read_session(index.folder / name)


def _make_views(connection: duckdb.DuckDBPyConnection, statement: str, index: Index) -> None:
    """`sessions`, and of the tables those that the statement may name: each of them takes a look at its files."""
    import pyarrow as pa

    ended = [summary for summary in index.summaries.values() if summary.ended is not None]
    connection.register("sessions", _sessions_table(ended))
    for table, record_type in TABLES.items():
        if table in statement.lower():
            files, sessions = zip(*_origins(table, index, ended), strict=True) if ended else ((), ())
            origins = pa.table({"file": pa.array(files, pa.string()), "session": pa.array(sessions, pa.string())})
            connection.register(f"origins_of_{table}", origins)
            connection.register(f"no_{table}", arrow_schema(record_type).empty_table())
            connection.execute(_view(table, list(dict.fromkeys(files))))


def _origins(table: str, index: Index, ended: Iterable[Summary]) -> list[tuple[str, str]]:
    """The files that have a table's rows, and the sessions whose rows are to be taken from each."""
    segments = run_segments(index) if table == "runs" else {}
    found = [(str(path), name) for path, names in segments.items() for name in names]
    in_segments = {name for _, name in found}
    files = {each.id: index.folder / each.id / table_file(table) for each in ended if each.id not in in_segments}
    return found + [(str(file), name) for name, file in files.items() if file.exists()]


def _view(table: str, files: list[str]) -> str:
    """All columns that the records have or a file has. The column `session` of a segment tells its rows apart."""
    rows = f"select null::varchar as session, null::varchar as filename, * from no_{table}"
    if files:
        listed = ", ".join(map(_literal, files))
        rows += f" union all by name from read_parquet([{listed}], union_by_name=true, filename=true)"
    return (
        f"create view {table} as select {', '.join(f's.{name}' for name in SHARED)}, t.* exclude (session, filename) "
        f"from ({rows}) t "
        f"join origins_of_{table} o on o.file = t.filename and o.session = coalesce(t.session, o.session) "
        f"join sessions s on s.session = o.session"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sessions_table(summaries: Iterable[Summary]) -> pa.Table:
    import pyarrow as pa

    types = {
        "VARCHAR": pa.string(),
        "TIMESTAMP": pa.timestamp("us"),
        "BOOLEAN": pa.bool_(),
        "VARCHAR[]": pa.list_(pa.string()),
    }
    schema = pa.schema([(name, types[column.sql_type]) for name, column in SESSIONS.items()])
    return pa.Table.from_pylist(list(map(_session_row, summaries)), schema)


def _session_row(summary: Summary) -> dict[str, Any]:
    checkout = summary.checkout
    return {
        "session": summary.id,
        "started": summary.started.replace(tzinfo=None),
        "commit": checkout.commit if checkout else None,
        "branch": checkout.branch if checkout else None,
        "dirty": checkout.dirty if checkout else None,
        "outcome": summary.outcome,
        "boards": list(summary.boards),
        "engines": list(summary.engines),
        "suites": list(summary.suites),
    }


def answer_lines(answer: Answer) -> Iterator[str]:
    """The answer as columns of text below their names."""
    cells = [answer.columns, *([printable(_text(value)) for value in row] for row in answer.rows)]
    numeric = {
        column
        for column in range(len(answer.columns))
        if all(isinstance(row[column], int | float | None) for row in answer.rows)
    }
    yield from aligned(cells, numeric)


def answer_json(answer: Answer) -> list[dict[str, Any]]:
    """The rows as JSON types."""
    return [dict(zip(answer.columns, map(_json_value, row), strict=True)) for row in answer.rows]


def _text(value: Any) -> str:
    """Null is empty, bytes are hexadecimal digits."""
    if value is None:
        return ""
    return value.hex() if isinstance(value, bytes) else str(value)


def _json_value(value: Any) -> Any:
    """JSON has neither bytes nor times, and no number that is none."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return list(map(_json_value, value))
    return value if isinstance(value, str | int | float | None) else _text(value)
