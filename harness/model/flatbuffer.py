"""Bounds-checked access to a flatbuffer, on the standard library alone.

Layout: https://flatbuffers.dev/internals: little-endian; a table starts with the signed distance to its vtable; the
vtable holds its own size, the table's size and then, per field, the field's offset in the table (0: not there).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NoReturn

from harness.errors import ModelError

_OFFSET = "<I"
_VTABLE_HEADER_BYTES = 4


class Buffer:
    """The bytes of a file, read with every offset checked.

    Args:
        data: the file.
        name: its name, for messages.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        # A file may share parts, but a small one in which each of many tables names the same long vector would keep
        # a reader busy for hours.
        self._vector_bytes_left = 4 * len(data)

    def fail(self, offset: int, cause: str) -> NoReturn:
        """Raise the ModelError for what is wrong at byte `offset`."""
        raise ModelError(f"{self.name}: byte {offset}: {cause}", "the file is damaged: convert the model again")

    def scalar(self, offset: int, layout: str) -> int:
        """One integer at `offset`; `layout` as in `struct`."""
        self._check(offset, struct.calcsize(layout))
        value: int = struct.unpack_from(layout, self.data, offset)[0]
        return value

    def follow(self, offset: int) -> int:
        """Where the unsigned relative offset at `offset` points."""
        return offset + self.scalar(offset, _OFFSET)

    def root(self) -> Table:
        return Table(self, self.follow(0))

    def vector(self, offset: int, element_bytes: int) -> tuple[int, int]:
        """Offset of the first element and number of elements of the vector at `offset`."""
        count = self.scalar(offset, _OFFSET)
        self._check(offset + 4, count * element_bytes)
        self._vector_bytes_left -= count * element_bytes
        if self._vector_bytes_left < 0:
            self.fail(offset, "vectors overlap so often that this cannot be a model")
        return offset + 4, count

    def _check(self, offset: int, size: int) -> None:
        if not 0 <= offset <= len(self.data) - size:
            self.fail(offset, f"{size} bytes expected here, but the file has {len(self.data)} bytes")


class Table:
    """One table. A field that is absent has the schema's default, or is None or empty."""

    def __init__(self, buffer: Buffer, offset: int) -> None:
        self.buffer = buffer
        self.offset = offset
        self._vtable = offset - buffer.scalar(offset, "<i")
        self._vtable_bytes = buffer.scalar(self._vtable, "<H")
        if self._vtable_bytes < _VTABLE_HEADER_BYTES:
            buffer.fail(self._vtable, f"a vtable has at least {_VTABLE_HEADER_BYTES} bytes, not {self._vtable_bytes}")

    def fail(self, cause: str) -> NoReturn:
        """Raise the ModelError for what is wrong in this table."""
        self.buffer.fail(self.offset, cause)

    def integer(self, field: int, layout: str, default: int = 0) -> int:
        """A scalar field; `layout` as in `struct`."""
        offset = self._field(field)
        return default if offset is None else self.buffer.scalar(offset, layout)

    def table(self, field: int) -> Table | None:
        offset = self._field(field)
        return None if offset is None else Table(self.buffer, self.buffer.follow(offset))

    def tables(self, field: int) -> Iterator[Table]:
        """The elements of a vector of tables."""
        start, count = self.span(field, 4)
        for index in range(count):
            yield Table(self.buffer, self.buffer.follow(start + 4 * index))

    def text(self, field: int) -> str:
        """A string field; bytes that are not UTF-8 are shown as escapes, for they are only names."""
        start, count = self.span(field, 1)
        return self.buffer.data[start : start + count].decode("utf-8", "backslashreplace")

    def integers(self, field: int, layout: str) -> tuple[int, ...]:
        """A vector of one scalar type; `layout` as in `struct`, of one element."""
        return self._numbers(field, layout)

    def floats(self, field: int) -> tuple[float, ...]:
        """A vector of float32."""
        return self._numbers(field, "<f")

    def span(self, field: int, element_bytes: int) -> tuple[int, int]:
        """Offset of the first element and number of elements of a vector field."""
        offset = self._field(field)
        return (self.offset, 0) if offset is None else self.buffer.vector(self.buffer.follow(offset), element_bytes)

    def _numbers(self, field: int, layout: str) -> tuple[Any, ...]:
        start, count = self.span(field, struct.calcsize(layout))
        return struct.unpack_from(f"<{count}{layout[-1]}", self.buffer.data, start)

    def _field(self, field: int) -> int | None:
        """Where the field is, or None if it is absent."""
        entry = _VTABLE_HEADER_BYTES + 2 * field
        if entry + 2 > self._vtable_bytes:
            return None
        distance = self.buffer.scalar(self._vtable + entry, "<H")
        return self.offset + distance if distance else None
