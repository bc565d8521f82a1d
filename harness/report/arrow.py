"""Arrow columns made of buffers: where it makes them of anything else, pyarrow loads pandas, which takes a while."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """`values`, some perhaps None, as a column of int64, float64, bool, string, binary or lists of float64.

    Buffers as in https://arrow.apache.org/docs/format/Columnar.html: validity, and offsets where sizes vary, and data.
    """
    import pyarrow as pa

    validity = _bits([value is not None for value in values]) if None in values else None
    children = []
    if pa.types.is_boolean(kind):
        data = [_bits([bool(value) for value in values])]
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        pieces = [value.encode() if isinstance(value, str) else value or b"" for value in values]
        data = [_offsets(pieces), b"".join(pieces)]
    elif pa.types.is_list(kind):
        lists = [value or () for value in values]
        data, children = [_offsets(lists)], [arrow_column([*chain.from_iterable(lists)], kind.value_type)]
    else:
        numbers = np.array([0 if value is None else value for value in values], kind.to_pandas_dtype())
        data = [numbers.tobytes()]
    buffers = [None if part is None else pa.py_buffer(part) for part in (validity, *data)]
    return pa.Array.from_buffers(kind, len(values), buffers, children=children)


def _offsets(values: Sequence[Sized]) -> bytes:
    """Where each of them begins, and where the last one ends."""
    return np.array([*accumulate(map(len, values), initial=0)], np.int32).tobytes()


def _bits(flags: Sequence[bool]) -> bytes:
    return np.packbits(np.array(flags, np.bool_), bitorder="little").tobytes()
