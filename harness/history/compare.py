"""Compare what two words mean: sessions, judged by a project's rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from harness.errors import ReportError
from harness.history.changes import Changes, find_changes
from harness.history.changes_ci import changes_github, changes_junit
from harness.history.changes_json import changes_json
from harness.history.changes_markdown import changes_markdown
from harness.history.changes_text import changes_lines
from harness.history.gate import excuse
from harness.history.green import green_side, latest_greens, stands_in
from harness.history.index import Group, Index
from harness.history.places import Place
from harness.history.recent import RecentCommits
from harness.history.rerun import Again, confirm
from harness.history.select import select
from harness.history.settings import Settings, read_settings
from harness.history.sides import Side, read_side
from harness.history.transfer import entry_id, fetched_folder

RENDERERS: Mapping[str, Callable[[Changes], str]] = {
    "terminal": lambda changes: "".join(f"{line}\n" for line in changes_lines(changes)),
    "markdown": changes_markdown,
    "json": lambda changes: json.dumps(changes_json(changes), indent=1) + "\n",
    "junit": changes_junit,
    "github": changes_github,
}


def compare(base: str, head: str, index: Index, root: Path, again: Again | None = None) -> Changes:
    """What changed from `base` to `head`: ids of sessions, paths, commits, branches or `latest`, as `select` has them.

    Args:
        root: a folder of the project: of its git checkout, and below its pyproject.toml or beside it.
        again: makes a run of `head` once more, before a noisy figure of it is an alarm; None: it is one at once.

    Raises:
        ReportError: a side means nothing, cannot be read, or has no run in common with the other.
        ConfigError: pyproject.toml has settings that cannot be used.
    """
    settings = read_settings(root)
    before, after = (read_side(select(spec, index, root)) for spec in (base, head))
    return compare_sides((before, after), index, settings, again)


class Nights(NamedTuple):
    """Those that are marked as green in a place, of one branch; None: that of the checkout which is compared."""

    place: Place
    branch: str | None = None


def compare_with_green(
    nights: Nights, head: str, index: Index, root: Path, again: Again | None = None
) -> Changes | None:
    """What changed since the last green night, whose sessions are pulled; None where there is none.

    Args: as for `compare`.

    Raises:
        PlaceError: the place fails.
        ReportError: as for `compare`; or there are green nights, but none whose sessions can be had.
        ConfigError: as for `compare`.
    """
    after = read_side(select(head, index, root))
    own = next((info.checkout.branch for info in after.infos if info.checkout), None)
    greens = latest_greens(nights.place, nights.branch or own)
    newest = {group for green in greens[:1] for groups in green.sessions.values() for group in groups}
    wanted = {Group(run.suite, run.board, run.engine) for run in after.runs} | newest
    folders: dict[str, Path | None] = {}

    def find(session: str) -> Path | None:
        folders[session] = fetched_folder(session, nights.place, index.folder)
        return folders[session]

    before = green_side(greens, wanted, find)
    lost = [session for session, folder in folders.items() if folder is None]
    if not before.runs and not lost:
        return None
    if not before.runs:
        raise ReportError(
            f"{nights.place.described} has green nights, but no session of theirs: {', '.join(map(entry_id, lost))}",
            "push them again, or say what is the measure now: harness report mark",
        )
    found = compare_sides((before, after), index, read_settings(root), again)
    return replace(found, notes=(*found.notes, *map(stands_in, lost)))


def compare_sides(sides: tuple[Side, Side], index: Index, settings: Settings, again: Again | None) -> Changes:
    """What changed from the first side to the second; arguments and errors as for `compare`."""
    recent = RecentCommits(index).values
    found = find_changes(*sides, settings, recent)
    noted = replace(found, notes=(*found.notes, *_same_sessions(found)))
    excused = excuse(noted, settings.exceptions, datetime.now(UTC).date())
    return confirm(excused, again, settings, recent) if again else excused


def _same_sessions(changes: Changes) -> Iterator[str]:
    """Which sessions have runs on both sides: no change is to be expected of those."""
    ids = dict.fromkeys(run.head.info.id for run in changes.runs if run.base.info.id == run.head.info.id)
    if ids:
        yield f"on both sides, and so compared with itself: {', '.join(ids)}"


def unreadable_of(changes: Changes, index: Index) -> list[str]:
    """The names of sessions of the compared commits that cannot be read: one of them may have been meant."""
    infos = (*changes.base.infos, *changes.head.infos)
    commits = {info.checkout.short_commit for info in infos if info.checkout}
    return [name for name in index.unreadable if any(commit in name for commit in commits)]
