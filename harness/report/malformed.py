"""What of a session does not fit together is left out and named, and the rest counts: columns that should be JSON, and
traces whose lists are not equally long, or not as many as the ops.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import msgspec

from harness.measure.records import LayerRecord, RunRecord, TraceRecord
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
        trace_records=tuple(_sound_traces(tables, malformed)),
        malformed=tuple(malformed),
    )


def _sound_traces(tables: SessionTables, malformed: list[str]) -> Iterator[TraceRecord]:
    """Those that can be drawn; the others are added to `malformed`."""
    ops = Counter(map(run_key, tables.layer_records))
    for trace in tables.trace_records:
        lengths = {len(each) for each in (trace.time_us, trace.power_uw.value, trace.power_uw_min, trace.power_uw_max)}
        has_points = len(lengths) == 1 and 0 not in lengths and 0 < trace.rate_hz < math.inf
        if not has_points or trace.samples_per_point < 1:
            malformed.append(f"table traces, {trace.kind} of {run_key(trace)} left out: its points are not whole")
        elif trace.window is None and len(trace.op_begins_us) != ops[run_key(trace)]:
            malformed.append(
                f"table traces, {trace.kind} of {run_key(trace)} left out: its ops are not those of layers"
            )
        else:
            yield trace


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
