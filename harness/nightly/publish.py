"""Sessions and marks of nights that are over, to the store. What could not go there goes with the next night."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from harness.history import PlaceError, Step, open_place, push
from harness.history.green import green_of, mark_green
from harness.nightly.record import Night, Nights
from harness.report.store import SESSION_FILE
from harness.report.wording import counted

RETRY_AFTER_S = (5.0, 30.0)


def publish(store: str | None, nights: Nights, reports_dir: Path) -> Iterator[str]:
    """Push every night that is over and not pushed, the oldest first; says what became of each.

    A green one of a clean checkout is marked here and in the store, there behind its sessions.

    Raises:
        PlaceError: the store fails, again and again. What was pushed so far is there.
        ReportError: a session cannot be read, or the night's record not written.
    """
    for night in nights.read():
        if night.ended is None or night.pushed:
            continue
        if night.is_measure:
            mark_green(green_of(night.id, night.branch, _folders(night, reports_dir)), open_place(str(nights.folder)))
        if store is not None:
            yield from _push_patiently(night, store, reports_dir)
        nights.write(replace(night, pushed=True))


def _push_patiently(night: Night, store: str, reports_dir: Path) -> list[str]:
    for wait_s in RETRY_AFTER_S:
        try:
            return _push(night, store, reports_dir)
        except PlaceError:
            time.sleep(wait_s)
    return _push(night, store, reports_dir)


def _push(night: Night, store: str, reports_dir: Path) -> list[str]:
    place, folders = open_place(store), _folders(night, reports_dir)
    moves = list(push(folders, place))
    if night.is_measure:
        mark_green(green_of(night.id, night.branch, folders), place)
    pushed = sum(moved.step is not Step.SKIPPED for moved in moves)
    said = [f"skipped {moved.id}: {moved.reason}" for moved in moves if moved.step is Step.SKIPPED]
    mark = ", marked green" if night.is_measure else ""
    return [*said, f"night {night.id}: {counted(pushed, 'session')} in {place.described}{mark}"]


def _folders(night: Night, reports_dir: Path) -> list[Path]:
    """Of the sessions that are still there: people delete some."""
    folders = [reports_dir / session for session in night.sessions]
    return [folder for folder in folders if (folder / SESSION_FILE).is_file()]
