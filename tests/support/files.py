"""Change files in a test."""

from __future__ import annotations

from pathlib import Path

from pyarrow import parquet


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file, by `new`."""
    text = path.read_text()
    assert old in text, f"{old!r} does not stand in {path}"
    path.write_text(text.replace(old, new))


def damage_inside(table: Path, column: str) -> None:
    """Spoil a column of a parquet file, whose begin and end stay as they are."""
    parts = parquet.ParquetFile(table)
    place = parts.metadata.row_group(0).column(parts.schema_arrow.get_field_index(column)).dictionary_page_offset
    content = bytearray(table.read_bytes())
    content[place : place + 20] = b"\xff" * 20
    table.write_bytes(content)
