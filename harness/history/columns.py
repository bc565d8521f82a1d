"""The documented schema: the tables and columns of docs/reports.md, which `harness report columns` prints."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from harness.history.query import SESSIONS, SHARED
from harness.report.schema import TABLES, Record, columns, quantity_fields
from harness.report.session import OLDEST_READABLE_VERSION, SCHEMA_VERSION

_SQL_TYPES = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", bytes: "BLOB", tuple: "DOUBLE[]"}
_COMMENTED_FIELD = re.compile(r"^    (\w+): .*?  # (.*)$", re.MULTILINE)


def columns_markdown() -> str:
    """A table for `sessions` and for each table of a session, ending with a newline."""
    versions = f"{OLDEST_READABLE_VERSION} to {SCHEMA_VERSION}"
    lines = [
        f"Schema version {SCHEMA_VERSION}. Sessions of the versions {versions} are read; what older ones lack is null."
    ]
    lines += [f"Every table begins with {', '.join(f'`{name}`' for name in SHARED)} of `sessions`."]
    lines += ["", "### sessions", "", "| column | type | |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {column.sql_type} | {column.meaning} |" for name, column in SESSIONS.items()]
    for table, record_type in TABLES.items():
        lines += ["", f"### {table}", "", "| column | type | provenance | |", "| --- | --- | --- | --- |"]
        lines += _rows(record_type)
    return "\n".join(lines) + "\n"


def _rows(record_type: type[Record]) -> Iterator[str]:
    meanings = dict(_COMMENTED_FIELD.findall(inspect.getsource(record_type)))
    kinds = columns(record_type)
    for name in record_type.__struct_fields__:
        provenance = f"`{name}_provenance`" if name in quantity_fields(record_type) else ""
        yield f"| `{name}` | {_SQL_TYPES[kinds[name]]} | {provenance} | {meanings.get(name, '')} |"
