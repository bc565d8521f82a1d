"""Sessions to a place and from it. There they are content-addressed and never change, so that any number may write:

objects/<first two digits>/<SHA-256 of the archive>.tar     the files of a session
sessions/<id of the session>.<SHA-256>                      says that it is there: written behind the object
"""

from __future__ import annotations

import difflib
import io
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from harness.errors import ReportError
from harness.history.archive import DamagedError, digest, packed, scratch_file, unpack
from harness.history.index import Index, summarize
from harness.history.places import MissingError, Place, PlaceError
from harness.report.store import read_info

_ENTRIES = "sessions"
_ENTRY = re.compile(r"([A-Za-z0-9][\w.-]*)\.([0-9a-f]{64})", re.ASCII)


class Step(Enum):
    """What became of a session."""

    MOVED = "moved"
    PRESENT = "there before"
    SKIPPED = "skipped"


class Moved(NamedTuple):
    """What became of the session `id`; why, where it was skipped."""

    id: str
    step: Step
    reason: str = ""


class _Entry(NamedTuple):
    id: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.id}.{self.sha256}"

    @property
    def object_name(self) -> str:
        return f"objects/{self.sha256[:2]}/{self.sha256}.tar"


def ended_sessions(index: Index) -> list[Path]:
    """The folders of the sessions that are to be shared, and of those that cannot be read."""
    ended = [summary.id for summary in index.summaries.values() if summary.ended is not None]
    return [index.folder / name for name in (*ended, *index.unreadable)]


def entry_name(folder: Path) -> str:
    """`<id>.<SHA-256>` of a session: no other one has that name, as ids alone may have.

    Raises:
        ReportError: it cannot be read.
    """
    with packed(folder) as archive:
        return _Entry(read_info(folder).id, archive.sha256).name


def entry_id(name: str) -> str:
    """The session's id in what `entry_name` gave."""
    return name.rpartition(".")[0]


def entry_folder(name: str, reports_dir: Path) -> Path | None:
    """The session that `entry_name` named, where it was made here or pulled."""
    match = _ENTRY.fullmatch(name)
    folder = _folder_for(_Entry(match[1], match[2]), reports_dir) if match else reports_dir / name
    return folder if folder.is_dir() else None


def fetched_folder(name: str, place: Place, reports_dir: Path) -> Path | None:
    """As `entry_folder`; a session that is not here is pulled. None where it is not there any more, or damaged.

    Raises:
        PlaceError: the place fails.
        ReportError: `reports_dir` cannot be written.
    """
    folder = entry_folder(name, reports_dir)
    if folder is None and name in place.names(_ENTRIES):
        list(pull(place, reports_dir, [entry_id(name)]))
        folder = entry_folder(name, reports_dir)
    return folder


def is_shared(folder: Path, place: Place) -> bool:
    """Whether the session in a folder is in the place.

    Raises:
        PlaceError: the place fails.
        ReportError: the session cannot be read.
    """
    return entry_name(folder) in place.names(_ENTRIES)


def push(folders: Iterable[Path], place: Place) -> Iterator[Moved]:
    """Copy sessions to a place; one that is damaged or has not ended is skipped.

    Raises:
        PlaceError: the place fails. What was pushed so far is there, and nothing in part.
    """
    present = set(place.names(_ENTRIES))
    for folder in folders:
        try:
            yield Moved(folder.name, _push(folder, place, present))
        except PlaceError:
            raise
        except (ReportError, OSError) as error:
            yield Moved(folder.name, Step.SKIPPED, _reason(error))


def pull(place: Place, reports_dir: Path, wanted: Collection[str] = ()) -> Iterator[Moved]:
    """Copy sessions from a place; one that is damaged there is skipped.

    A session whose id another one in `reports_dir` has gets a folder with some of its SHA-256 in the name.

    Args:
        wanted: ids; by default all that are there.

    Raises:
        PlaceError: the place fails, or has none, or none of a wanted id.
        ReportError: `reports_dir` cannot be written. What was pulled so far is there, and nothing in part.
    """
    for entry in _entries(place, wanted):
        try:
            reports_dir.mkdir(parents=True, exist_ok=True)
            yield Moved(entry.id, _pull(entry, place, reports_dir))
        except DamagedError as error:
            yield Moved(entry.id, Step.SKIPPED, f"{place.described}/{entry.object_name}: {error.cause}")
        except OSError as error:
            raise ReportError(
                f"{reports_dir}: cannot be written: {error.strerror or error}", "make room there or make it writable"
            ) from None


def _push(folder: Path, place: Place, present: Collection[str]) -> Step:
    if summarize(folder).ended is None:
        raise ReportError("not finished")
    with packed(folder) as archive:
        entry = _Entry(read_info(folder).id, archive.sha256)
        if not _ENTRY.fullmatch(entry.name):
            raise ReportError(f"its id {entry.id!r} is no name of a file")
        if entry.name in present:
            return Step.PRESENT
        place.put(entry.object_name, archive.content)
        place.put(f"{_ENTRIES}/{entry.name}", io.BytesIO(f"{entry.object_name}\n".encode()))
    return Step.MOVED


def _entries(place: Place, wanted: Collection[str]) -> list[_Entry]:
    found = filter(None, map(_ENTRY.fullmatch, sorted(place.names(_ENTRIES))))
    entries = [_Entry(match[1], match[2]) for match in found]
    ids = {entry.id for entry in entries}
    if not ids:
        raise PlaceError(f"no session in {place.described}", "push some there: harness report push")
    for each in wanted:
        if each not in ids:
            near = ", ".join(difflib.get_close_matches(each, ids)) or max(ids)
            raise PlaceError(f"no session {each!r} in {place.described}", f"there are others, such as {near}")
    return [entry for entry in entries if not wanted or entry.id in wanted]


def _pull(entry: _Entry, place: Place, reports_dir: Path) -> Step:
    folder = _folder_for(entry, reports_dir)
    if folder.exists():
        return Step.PRESENT
    with tempfile.TemporaryDirectory(dir=reports_dir, prefix=".pull-") as staging:
        _fetch(entry, place, Path(staging) / entry.id)
        try:
            (Path(staging) / entry.id).rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster
                raise
    return Step.MOVED


def _folder_for(entry: _Entry, reports_dir: Path) -> Path:
    folder = reports_dir / entry.id
    if folder.exists():
        with packed(folder) as archive:
            if archive.sha256 != entry.sha256:
                return reports_dir / f"{entry.id}-{entry.sha256[:8]}"
    return folder


def _fetch(entry: _Entry, place: Place, folder: Path) -> None:
    """Unpack the object of an entry, which must be what its name says. Raises: as `pull`; DamagedError."""
    with scratch_file() as content:
        try:
            for piece in place.read(entry.object_name):
                content.write(piece)
        except MissingError:
            raise DamagedError("it is missing") from None
        if digest(content) != entry.sha256:
            raise DamagedError("it is damaged: its SHA-256 is another one")
        unpack(content, folder)


def _reason(error: Exception) -> str:
    return error.cause if isinstance(error, ReportError) else str(error)
