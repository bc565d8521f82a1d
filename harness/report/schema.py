"""The columns of the tables, derived from the records, and the way between records and rows.

A `Quantity` or `Series` field becomes `<field>` and `<field>_provenance`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from harness.measure.records import LayerRecord, Quantity, RunRecord, Series, TraceRecord, VectorRecord, WindowRecord
from harness.report.arrow import arrow_column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Record = RunRecord | LayerRecord | WindowRecord | TraceRecord | VectorRecord
R = TypeVar("R", RunRecord, LayerRecord, WindowRecord, TraceRecord, VectorRecord)

TABLES: dict[str, type[Record]] = {
    "runs": RunRecord,
    "layers": LayerRecord,
    "windows": WindowRecord,
    "traces": TraceRecord,
    "vectors": VectorRecord,
}
# Every other quantity counts something.
FRACTIONAL_QUANTITIES = frozenset({"accuracy", "auc", "latency_us", "energy_uj", "idle_power_uw"})


@cache
def quantity_fields(record_type: type[Record]) -> frozenset[str]:
    """The fields of a record that hold a `Quantity` or a `Series`."""
    hints = get_type_hints(record_type)
    return frozenset(name for name, hint in hints.items() if {Quantity, Series} & {hint, *get_args(hint)})


@cache
def columns(record_type: type[Record]) -> dict[str, type]:
    """Name and Python type of each column of a record's table: str, int, float, bool, bytes, or tuple for floats.

    All but those may be null.
    """
    found: dict[str, type] = {}
    for name, hint in get_type_hints(record_type).items():
        if hint is Series:
            found |= {name: tuple, f"{name}_provenance": str}
        elif name in quantity_fields(record_type):
            found[name] = float if name in FRACTIONAL_QUANTITIES else int
            found[f"{name}_provenance"] = str
        elif get_origin(hint) is tuple:
            found[name] = tuple
        else:
            kind = next(part for part in (*get_args(hint), hint) if part is not type(None))
            found[name] = kind if isinstance(kind, type) else type(kind)  # a Literal's first word
    return found


def row(record: Record) -> dict[str, Any]:
    """One row of a table."""
    quantities = quantity_fields(type(record))
    values: dict[str, Any] = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if name in quantities:
            values[name] = None if value is None else value.value
            values[f"{name}_provenance"] = None if value is None else str(value.provenance)
        else:
            values[name] = value
    return values


def record(record_type: type[R], values: Mapping[str, Any]) -> R:
    """The record that `row` made `values` of. Columns it does not know are ignored.

    Raises:
        msgspec.ValidationError: a column is missing or of another type.
    """
    fields = {name: values[name] for name in record_type.__struct_fields__ if name in values}
    for name in quantity_fields(record_type) & fields.keys():
        if fields[name] is not None:
            fields[name] = {"value": fields[name], "provenance": values.get(f"{name}_provenance")}
    return msgspec.convert(fields, record_type)


def arrow_schema(record_type: type[Record]) -> pa.Schema:
    """The schema of a record's table."""
    import pyarrow as pa

    types: dict[type, pa.DataType] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    types |= {bytes: pa.binary(), tuple: pa.list_(pa.float64())}
    return pa.schema([(name, types[kind]) for name, kind in columns(record_type).items()])


def arrow_table(record_type: type[R], records: Iterable[R]) -> pa.Table:
    """One row per record."""
    import pyarrow as pa

    rows, schema = [row(each) for each in records], arrow_schema(record_type)
    arrays = [arrow_column([values[field.name] for values in rows], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def frame(record_type: type[R], records: Iterable[R]) -> pd.DataFrame:
    """One row per record; columns that may be null have pandas' nullable dtypes, floats have NaN."""
    import pandas as pd
    import pyarrow as pa

    dtypes = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): pd.StringDtype()}
    made: pd.DataFrame = arrow_table(record_type, records).to_pandas(types_mapper=dtypes.get)
    return made
