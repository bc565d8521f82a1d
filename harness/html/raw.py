"""The tables of a session as files that a page carries inside of itself."""

from __future__ import annotations

import base64
import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass

from harness.measure.records import LayerRecord, RunRecord, TraceRecord, VectorRecord, WindowRecord
from harness.report.schema import Record, columns, row
from harness.report.tables import SessionTables

TOO_LARGE = frozenset({"output"})  # the bytes that a device sent: vectors.parquet has them


@dataclass(frozen=True)
class RawTable:
    """A table as gzipped CSV, to be saved as `name`."""

    name: str
    rows: int
    content: bytes

    @property
    def url(self) -> str:
        """With the table in it."""
        return f"data:application/gzip;base64,{base64.b64encode(self.content).decode()}"


def raw_tables(tables: SessionTables) -> list[RawTable]:
    """Those that have a row."""
    found: dict[str, tuple[type[Record], Sequence[Record]]] = {
        "runs": (RunRecord, tables.run_records),
        "layers": (LayerRecord, tables.layer_records),
        "windows": (WindowRecord, tables.window_records),
        "traces": (TraceRecord, tables.trace_records),
        "vectors": (VectorRecord, tables.vector_records),
    }
    return [_raw_table(name, *of_kind) for name, of_kind in found.items() if of_kind[1]]


def _raw_table(name: str, record_type: type[Record], records: Sequence[Record]) -> RawTable:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column for column in columns(record_type) if column not in TOO_LARGE])
    writer.writeheader()
    rows = map(row, records)
    writer.writerows({key: _cell(value) for key, value in each.items() if key not in TOO_LARGE} for each in rows)
    packed = gzip.compress(text.getvalue().encode("utf-8", "replace"), mtime=0)
    return RawTable(f"{name}.csv.gz", len(records), packed)


def _cell(value: object) -> object:
    """Several numbers are one text, with spaces between them."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else value
