"""The runs of thousands of sessions column by column, without a record for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.history.index import Index
from harness.history.segments import run_segments, session_rows
from harness.measure.records import RunRecord
from harness.report.schema import columns
from harness.report.store import table_file

if TYPE_CHECKING:
    import pyarrow as pa

SESSION = "session"  # the column that says which session a run is of
Codes = NDArray[np.int64]


class Coded(NamedTuple):
    """A column of few different values: for each row the place of its value among them."""

    codes: Codes
    values: list[Any]


class RunColumns:
    """Columns of the table `runs` of many sessions, a row for each run. A column that a session lacks is null there."""

    def __init__(self, tables: Sequence[pa.Table]) -> None:
        self._tables = tables

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column of numbers; what is null is none (NaN)."""
        import pyarrow as pa

        parts = [part.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False) for part in self._parts(name)]
        return np.concatenate([np.zeros(0), *parts])

    def is_known(self, name: str) -> NDArray[np.bool_]:
        """Where a column is not null."""
        parts = [part.is_valid().to_numpy(zero_copy_only=False) for part in self._parts(name)]
        return np.concatenate([np.zeros(0, np.bool_), *parts])

    def coded(self, name: str) -> Coded:
        """A column of few different values, of any type."""
        from pyarrow.types import is_dictionary

        places: dict[Any, int] = {}
        codes = [np.zeros(0, np.int64)]
        for part in self._parts(name):
            encoded = part if is_dictionary(part.type) else part.dictionary_encode(null_encoding="encode")
            own = [places.setdefault(value, len(places)) for value in encoded.dictionary.to_pylist()]
            codes.append(np.array(own, np.int64)[encoded.indices.to_numpy()])
        return Coded(np.concatenate(codes), list(places))

    def _parts(self, name: str) -> Iterator[pa.Array]:
        import pyarrow as pa

        for table in self._tables:
            if not len(table):
                continue
            yield table[name].combine_chunks() if name in table.column_names else pa.nulls(len(table), pa.int64())


def read_columns(index: Index, ids: Collection[str], names: Sequence[str]) -> tuple[RunColumns, dict[str, str]]:
    """Columns of the runs of these sessions, and `SESSION`; and why some of them cannot be read, by their ids."""
    tables, missing = [], dict.fromkeys(ids)
    for path, in_segment in run_segments(index).items():
        here = [name for name in in_segment if name in missing]
        table = _segment_columns(path, here, names) if here else None
        if table is not None:
            tables.append(table)
            for name in here:
                del missing[name]
    unreadable = {}
    for name in [name for name in missing if name in index.run_stamps]:
        rows = session_rows(index.folder, name)
        if rows is not None and _fits(rows.schema, names):
            tables.append(rows)
        else:
            unreadable[name] = f"{table_file('runs')} is damaged inside"
    return RunColumns(tables), unreadable


def _segment_columns(path: Path, ids: Sequence[str], names: Sequence[str]) -> pa.Table | None:
    import pyarrow as pa
    from pyarrow import compute, parquet

    try:
        table = parquet.ParquetFile(path).read(columns=[SESSION, *names])
    except (OSError, pa.ArrowException):  # another process has just put it into a larger one
        return None
    return table.filter(compute.is_in(table[SESSION], pa.array(ids))) if _fits(table.schema, names) else None


def _fits(schema: pa.Schema, names: Sequence[str]) -> bool:
    """Whether the columns are of the types that they are to have."""
    from pyarrow import types

    is_of_type = {str: types.is_string, int: _is_number, float: _is_number}
    kinds = columns(RunRecord)
    present = [schema.field(name) for name in names if name in schema.names]
    return all(types.is_null(field.type) or is_of_type[kinds[field.name]](field.type) for field in present)


def _is_number(kind: pa.DataType) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind))
