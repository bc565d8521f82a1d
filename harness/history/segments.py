"""The runs of thousands of sessions in a few files: opening a file for each session is what takes long.

A segment is a parquet file in a hidden folder beside the sessions. It has the rows of many tables `runs`, each with its
session, and in its metadata the stamps of the files that they are from: a session's rows count while its file has that
stamp. Segments only save time. They are never changed, so any number of processes may write some; one that others have
made superfluous is deleted an hour later, when nobody reads it any more.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.history.index import Index
from harness.report.store import table_file

if TYPE_CHECKING:
    import pyarrow as pa

SEGMENTS_FOLDER = ".runs"
FULL_SEGMENT = 1000  # sessions
MOST_SMALL_SEGMENTS = 8  # of less than half of that
_STAMPS = b"stamps"  # in the metadata: of the sessions, by name
_UNUSED_S = 3600.0


def run_segments(index: Index) -> dict[Path, list[str]]:
    """Segments, and the ids of the sessions whose rows are to be taken from each, by its column `session`.

    What no segment has yet is added first. A session is in none where none can be written, or its table is damaged.
    """
    folder = index.folder / SEGMENTS_FOLDER
    segments = _usable_segments(folder, index)
    present = {name for names in segments.values() for name in names}
    missing = [name for name in index.run_stamps if name not in present]
    with contextlib.suppress(OSError), ThreadPoolExecutor() as pool:
        for begin in range(0, len(missing), FULL_SEGMENT):
            names = missing[begin : begin + FULL_SEGMENT]
            segments |= _write_segment(folder, index, list(pool.map(partial(session_rows, index.folder), names)))
        small = [path for path, names in segments.items() if len(names) < FULL_SEGMENT // 2]
        if len(small) > MOST_SMALL_SEGMENTS:
            segments |= _write_segment(folder, index, [_segment_rows(path, segments.pop(path)) for path in small])
    return segments


def _usable_segments(folder: Path, index: Index) -> dict[Path, list[str]]:
    """Those that have rows which count, the ones of the most sessions first. No session is in two of them."""
    stamps = {path: _stamps(path) for path in folder.glob("*.parquet")}
    usable, present = {}, set()
    for path in sorted(stamps, key=lambda path: (-len(stamps[path]), path)):
        counts = [name for name, stamp in stamps[path].items() if index.run_stamps.get(name) == tuple(stamp)]
        names = [name for name in counts if name not in present]
        present.update(names)
        if names:
            usable[path] = names
        else:
            _delete_unused(path)
    return usable


def _stamps(path: Path) -> dict[str, Sequence[int]]:
    from pyarrow import ArrowException, parquet

    try:
        found: dict[str, Sequence[int]] = json.loads(parquet.read_schema(path).metadata[_STAMPS])
    except (OSError, ArrowException, KeyError, TypeError, ValueError):
        return {}
    return found


def _delete_unused(path: Path) -> None:
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _UNUSED_S:
            path.unlink()


def session_rows(reports_dir: Path, name: str) -> pa.Table | None:
    """The table `runs` of a session, with its id; None where it is damaged."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        rows = parquet.ParquetFile(reports_dir / name / table_file("runs")).read(use_threads=False)
    except (OSError, pa.ArrowException):
        return None
    return rows.append_column("session", pa.array([name] * len(rows), pa.string()).dictionary_encode())


def _segment_rows(path: Path, names: list[str]) -> pa.Table:
    import pyarrow as pa
    from pyarrow import compute, parquet

    rows = parquet.read_table(path)
    return rows.filter(compute.is_in(rows["session"], pa.array(names)))


def _write_segment(folder: Path, index: Index, tables: Sequence[pa.Table | None]) -> dict[Path, list[str]]:
    """A segment of these rows, which is there wholly or not at all; none where the tables do not go together."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        rows = pa.concat_tables([table for table in tables if table is not None], promote_options="permissive")
    except pa.ArrowException:
        return {}
    names = rows["session"].unique().to_pylist()
    stamps = json.dumps({name: index.run_stamps[name] for name in names})
    path = folder / f"{uuid.uuid4().hex}.parquet"
    part = path.with_suffix(".part")
    folder.mkdir(exist_ok=True)
    try:
        parquet.write_table(rows.replace_schema_metadata({_STAMPS: stamps}), part, compression="zstd")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return {path: names}
