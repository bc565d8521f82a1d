"""Was it a green night? Its runs beside those of the last green one, judged by the project's rules."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from harness.config import Nightly
from harness.errors import ReportError
from harness.history import PlaceError, failures, open_place, read_index
from harness.history.changes import Changes
from harness.history.compare import compare_sides
from harness.history.green import Green, green_side, latest_greens, side_of_runs, stands_in
from harness.history.index import Group
from harness.history.places import Place
from harness.history.rerun import rerun
from harness.history.rules import Verdict
from harness.history.settings import read_settings
from harness.history.sides import Run, session_runs
from harness.history.transfer import entry_folder, fetched_folder
from harness.nightly.plan import Cell
from harness.nightly.record import Night, NightCell
from harness.report.attempts import flakiness
from harness.report.store import read_session

THIS_NIGHT = "this night"


@dataclass(frozen=True)
class Judged:
    """A night, and what it was judged by.

    Attributes:
        night: ended; green or not.
        changes: from the last green night; None where there is none, or none that ran any of it.
        reasons: why the night is not green.
        notes: what else is to say.
    """

    night: Night
    changes: Changes | None
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()


def judge_night(nightly: Nightly, night: Night, reports_dir: Path, marks: Place) -> Judged:
    """Judge a night of which no cell runs any more.

    Args:
        marks: where this computer keeps its marks of green nights.

    Raises:
        ConfigError: pyproject.toml has settings that cannot be used.
    """
    settings = read_settings(nightly.root)
    runs, unreadable = _read_runs(night, reports_dir)
    head = side_of_runs(THIS_NIGHT, runs)
    lookup = _Lookup(nightly.store, reports_dir, marks)
    base = green_side(lookup.greens(night.branch), {record.cell for record in night.ran}, lookup.folder)
    changes = None
    if any(id_ in base.runs for id_ in head.runs):
        again = partial(rerun, reports_dir=reports_dir, project=nightly.root)
        changes = compare_sides((base, head), read_index(reports_dir), settings, again)
    flaky = () if changes else flakiness([run.record for run in head.runs.values()])  # else told as a change
    reasons = (*_cell_reasons(night), *unreadable.values(), *(failures(changes, nightly.fail_on) if changes else ()))
    night = replace(
        night,
        cells=tuple(replace(record, good=_is_good(record, changes, unreadable)) for record in night.cells),
        ended=datetime.now(UTC).isoformat(),
        green=not reasons,
    )
    unmarked = [f"of a dirty checkout, {night.checkout}: no measure of later nights"] if night.is_dirty else []
    return Judged(night, changes, reasons, (*lookup.notes, *flaky, *unmarked))


class _Lookup:
    """Green nights and their sessions, of this computer and of the store, as far as that can be reached."""

    def __init__(self, store: str | None, reports_dir: Path, marks: Place) -> None:
        self._store, self._reports_dir, self._marks = store, reports_dir, marks
        self.notes: list[str] = []

    def greens(self, branch: str | None) -> list[Green]:
        """The latest first."""
        found = {green.night: green for green in latest_greens(self._marks, branch)}
        if self._store is not None:
            try:
                found |= {green.night: green for green in latest_greens(open_place(self._store), branch)}
            except PlaceError as error:
                self.notes.append(f"compared with what this computer knows alone: {error.cause}")
        return sorted(found.values(), key=lambda green: green.night, reverse=True)

    def folder(self, name: str) -> Path | None:
        """Where the session of this `entry_name` is, which is pulled if it is not here."""
        folder = entry_folder(name, self._reports_dir)
        if folder is None and self._store is not None:
            with contextlib.suppress(PlaceError):
                folder = fetched_folder(name, open_place(self._store), self._reports_dir)
        if folder is None:
            self.notes.append(stands_in(name))
        return folder


def _read_runs(night: Night, reports_dir: Path) -> tuple[list[Run], dict[Cell, str]]:
    """The runs, and of cells whose session is damaged or gone, why; a night would else never end."""
    runs: list[Run] = []
    unreadable: dict[Cell, str] = {}
    for record in night.ran:
        if record.session:
            try:
                runs += session_runs(read_session(reports_dir / record.session))
            except ReportError as error:
                unreadable[record.cell] = f"{record.title}: {error.cause}"
    return runs, unreadable


def _cell_reasons(night: Night) -> Iterator[str]:
    if not night.ran:
        yield "nothing ran"
    for record in night.ran:
        if record.outcome != "passed":
            yield f"{record.title}: {record.outcome}: {record.message}"


def _is_good(record: NightCell, changes: Changes | None, unreadable: Container[Cell]) -> bool:
    if record.outcome != "passed" or record.cell in unreadable:
        return False
    worse = changes.of(Verdict.WORSE) if changes else []
    return all(Group(run.id.suite, run.id.board, run.id.engine) != record.cell for run, _ in worse)
