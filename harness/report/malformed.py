"""Columns that hold JSON: what cannot be read as such is left out and named, and the rest of the session counts."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from harness.measure.records import LayerRecord, RunRecord
from harness.report.schema import TABLES, R
from harness.report.tables import SessionTables, run_key

JSON_COLUMNS = {
    RunRecord: ("missing_bytes", "cycles_by_class", "arena_parts"),
    LayerRecord: ("cycles_by_class",),
}
_NUMBERS = msgspec.json.Decoder(dict[str, int])  # by name
_TABLE_NAMES = {record_type: name for name, record_type in TABLES.items()}


def without_malformed(tables: SessionTables) -> SessionTables:
    """The same session, its malformed pieces left empty and named."""
    malformed: list[str] = []
    return replace(
        tables,
        run_records=tuple(_mended(run, malformed) for run in tables.run_records),
        layer_records=tuple(_mended(layer, malformed) for layer in tables.layer_records),
        malformed=tuple(malformed),
    )


def _mended(record: R, malformed: list[str]) -> R:
    """The record without what is no JSON of numbers, which is added to `malformed`."""
    for column in JSON_COLUMNS[type(record)]:
        text = getattr(record, column)
        try:
            if text:
                _NUMBERS.decode(text)
        except msgspec.MsgspecError as error:
            malformed.append(f"table {_TABLE_NAMES[type(record)]}, {column} of {run_key(record)} left out: {error}")
            record = msgspec.structs.replace(record, **{column: ""})
    return record
