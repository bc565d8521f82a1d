"""The journal of a session: one JSON line per record, written as it arises.

Each line is one unbuffered write, so that a killed process loses none: a few microseconds a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import FileIO
from pathlib import Path

import msgspec

from harness.errors import ReportError
from harness.report.schema import TABLES, Record
from harness.report.tables import Records

_TABLE_NAMES = {record_type: name for name, record_type in TABLES.items()}


class Journal:
    """An append-only file of records."""

    def __init__(self, path: Path) -> None:
        """Raises: OSError: the file cannot be made."""
        self._file = open_for_append(path)
        self._bytes = 0

    def append(self, record: Record) -> None:
        """Write one record.

        Raises:
            OSError: it could not be written, and what was there is as before.
        """
        line = msgspec.json.encode((_TABLE_NAMES[type(record)], record)) + b"\n"
        written = 0
        try:
            while written < len(line):
                written += self._file.write(line[written:])
        except OSError:
            self._file.truncate(self._bytes)  # half a line would spoil the next one
            self._file.seek(self._bytes)
            raise
        self._bytes += len(line)

    def close(self) -> None:
        self._file.close()


def open_for_append(path: Path) -> FileIO:
    """A new file without a buffer."""
    return FileIO(path, "xb")


def read_journals(paths: Iterable[Path]) -> Records:
    """What journals hold, one after the other; a last line that was not written to its end is dropped.

    Raises:
        OSError: a file cannot be read.
        ReportError: another line is damaged.
    """
    records = Records()
    for path in paths:
        _read_journal(path, records)
    return records


def _read_journal(path: Path, records: Records) -> None:
    *lines, _cut = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            table, raw = msgspec.json.decode(line, type=tuple[str, msgspec.Raw])
            records.add(msgspec.json.decode(raw, type=TABLES[table]))
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError) as error:
            raise ReportError(
                f"{path}: line {number} is damaged: {error}", "delete that line to read the others"
            ) from None
