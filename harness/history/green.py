"""The last green night: one of which every cell passed and no figure was worse than in the green night before it.

A small file says so, a mark in a place where sessions are shared: `green/<night>.<SHA-256 of the mark>`. It is written
last, whole or not at all, and never changes. So a night that fails, crashes or is cut off leaves the last green one as
it was, and any number of computers may mark nights at once.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.errors import ReportError
from harness.history.index import Group, summarize
from harness.history.places import MissingError, Place
from harness.history.sides import Run, RunId, Side, session_runs
from harness.history.transfer import entry_id, entry_name, is_shared
from harness.report.store import read_session

MOST_NIGHTS = 100  # that are looked at, the latest first
LAST_GREEN = "the last green night"
_MARKS = "green"
_MARK = re.compile(r"[A-Za-z0-9][\w.-]*\.([0-9a-f]{64})", re.ASCII)


class Green(Struct, frozen=True):
    """A green night.

    Attributes:
        night: its name, which begins with the time, so that later ones sort behind earlier ones.
        branch: that was checked out; None where HEAD was detached, or outside of a checkout.
        sessions: what the runs of each are of, by the session's `entry_name`.
    """

    night: str
    branch: str | None
    sessions: Mapping[str, tuple[Group, ...]]


def green_of(night: str, branch: str | None, folders: Iterable[Path]) -> Green:
    """The mark of a night whose sessions are in these folders.

    Raises:
        ReportError: a session cannot be read.
    """
    return Green(night, branch, {entry_name(folder): summarize(folder).groups for folder in folders})


def mark_green(green: Green, place: Place) -> None:
    """Say in a place that a night was green; saying it again changes nothing.

    Raises:
        PlaceError: the place fails, and nothing is said.
    """
    content = msgspec.json.encode(green) + b"\n"
    place.put(f"{_MARKS}/{green.night}.{hashlib.sha256(content).hexdigest()}", io.BytesIO(content))


def mark_sessions(folders: Sequence[Path], place: Place) -> str:
    """Say in a place that a night with these sessions was green; returns the name of the night: that of the first one.

    Raises:
        PlaceError: the place fails, and nothing is said.
        ReportError: a session cannot be read, is not in the place, or not what anybody could make again.
    """
    for folder in folders:
        checkout = summarize(folder).checkout
        if checkout is not None and checkout.dirty:
            raise ReportError(f"{folder.name} is of a dirty checkout", "commit, run again, and mark that session")
        if not is_shared(folder, place):
            raise ReportError(f"{folder.name} is not in {place.described}", "push it first: harness report push")
    first = min(folders, key=lambda folder: summarize(folder).started)
    checkout = summarize(first).checkout
    mark_green(green_of(first.name, checkout.branch if checkout else None, folders), place)
    return first.name


def read_greens(place: Place, branch: str | None) -> Iterator[Green]:
    """The green nights of a branch, the latest first. A mark that is damaged is none.

    Raises:
        PlaceError: the place fails.
    """
    for name in sorted(filter(_MARK.fullmatch, place.names(_MARKS)), key=entry_id, reverse=True):
        green = _read_mark(place, name)
        if green is not None and green.branch == branch:
            yield green


def latest_greens(place: Place, branch: str | None) -> list[Green]:
    """As many as a comparison has use for. Raises: PlaceError: the place fails."""
    return list(islice(read_greens(place, branch), MOST_NIGHTS))


def green_side(greens: Iterable[Green], wanted: Collection[Group], find: Callable[[str], Path | None]) -> Side:
    """What runs are to be compared with: of each group those of the latest green night that has it.

    A night with a budget runs a part of all, so that several nights may be meant.

    Args:
        greens: the latest first.
        find: the folder of a session, by its `entry_name`; None where it cannot be had: an earlier night stands in.

    Raises:
        ReportError: a session cannot be read.
    """
    missing = set(wanted)
    runs: dict[RunId, Run] = {}
    for green in greens:
        for session, groups in green.sessions.items():
            usable = missing.intersection(groups)
            folder = find(session) if usable else None
            if folder is not None:
                runs |= {run.id: run for run in session_runs(read_session(folder)) if _group(run) in usable}
                missing -= usable
        if not missing:
            break
    return side_of_runs(LAST_GREEN, runs.values())


def stands_in(session: str) -> str:
    """What to say of a session, by its `entry_name`, that `green_side` could not have."""
    return f"{entry_id(session)} of a green night cannot be had: an earlier one stands in for it"


def side_of_runs(spec: str, runs: Iterable[Run]) -> Side:
    """A side of runs of any sessions; of two with one id the later one."""
    by_id = {run.id: run for run in runs}
    return Side(spec, by_id, tuple({run.info.id: run.info for run in by_id.values()}.values()))


def _group(run: Run) -> Group:
    return Group(run.record.suite, run.record.board, run.record.engine)


def _read_mark(place: Place, name: str) -> Green | None:
    try:
        content = b"".join(place.read(f"{_MARKS}/{name}"))
        if not name.endswith(hashlib.sha256(content).hexdigest()):
            return None
        return msgspec.json.decode(content, type=Green)
    except (MissingError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
