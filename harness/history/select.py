"""Which sessions are meant by what a user writes: `latest`, an id, a path, a commit, a branch, `main~5`."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.errors import ReportError
from harness.history.git import commits_after, commits_before, find_commit, is_checkout
from harness.history.index import Index, RanOn, Summary, summarize
from harness.report.find import LATEST
from harness.report.store import SESSION_FILE

SHORTEST_HASH = 4  # digits, as in git
NAMED_COMMITS = 3  # that have a session, on either side of one that has none
SEARCHED_COMMITS = 1000


class Source(NamedTuple):
    """A session and its folder."""

    folder: Path
    summary: Summary


@dataclass(frozen=True)
class Selection:
    """The sessions that are meant.

    Attributes:
        spec: what was written.
        commit: of all of them, in full; None outside of a checkout.
        sources: the session that the runs on a kind of target of a board with an engine are to be taken from.
    """

    spec: str
    commit: str | None
    sources: Mapping[RanOn, Source]

    @property
    def is_dirty(self) -> bool:
        """Whether files of a session's checkout differed from the commit."""
        return any(_is_dirty(source.summary) for source in self.sources.values())


def select(spec: str, index: Index, root: Path) -> Selection:
    """The session that `spec` names (`latest`, an id, a path), or those of the commit that it means.

    Of a commit's sessions each board, kind of target and engine gets one: of a clean checkout rather than of a dirty
    one, one that ended rather than one that did not or was interrupted, then the newest.

    Args:
        root: a folder of the project; its git checkout says what a revision means.

    Raises:
        ReportError: there is no such session or commit, or the session cannot be read. Of a commit without a session
            the message names the nearest that have one.
    """
    source = _named_session(spec, index)
    if source is not None:
        checkout = source.summary.checkout
        return Selection(spec, checkout.commit if checkout else None, _by_ran_on([source]))
    commit = _commit(spec, index, root)
    sources = [source for source in _sources(index) if _commit_of(source.summary) == commit]
    if not sources:
        raise ReportError(f"no session of {_described(spec, commit)} in {index.folder}", _nearest(commit, index, root))
    return Selection(spec, commit, _by_ran_on(sources))


def _named_session(spec: str, index: Index) -> Source | None:
    if spec == LATEST and index.summaries:
        return list(_sources(index))[-1]
    for folder in (index.folder / spec, Path(spec)):
        if (folder / SESSION_FILE).is_file():
            return Source(folder, summarize(folder))
    return None


def _sources(index: Index) -> list[Source]:
    return [Source(index.folder / summary.id, summary) for summary in index.summaries.values()]


def _by_ran_on(sources: list[Source]) -> dict[RanOn, Source]:
    """Of several sources for a board, a kind of target and an engine the best."""
    chosen: dict[RanOn, Source] = {}
    for source in sorted(sources, key=_merit):
        chosen |= dict.fromkeys(source.summary.ran_on, source)
    return chosen


def _merit(source: Source) -> tuple[bool, bool, float]:
    summary = source.summary
    return not _is_dirty(summary), summary.is_whole, summary.started.timestamp()


def _is_dirty(summary: Summary) -> bool:
    return summary.checkout is not None and summary.checkout.dirty


def _commit_of(summary: Summary) -> str | None:
    return summary.checkout.commit if summary.checkout else None


def _commit(spec: str, index: Index, root: Path) -> str:
    """The commit that git, or else a session, knows by this name. Raises: ReportError: none does, or several do."""
    if commit := find_commit(root, spec):
        return commit
    found = {commit for commit in map(_commit_of, index.summaries.values()) if commit and commit.startswith(spec)}
    if len(found) == 1 and len(spec) >= SHORTEST_HASH:
        return found.pop()
    if len(found) > 1 and set(spec) <= set(string.hexdigits):
        raise ReportError(f"{spec!r} is the begin of {len(found)} commits", "give more digits")
    newest = list(index.summaries)[-NAMED_COMMITS:]
    known = "" if is_checkout(root) else "; branches and tags need a git checkout"
    raise ReportError(
        f"{spec!r} is no session in {index.folder}, and no commit{known}",
        f"give {LATEST}, a commit, a path, or an id such as {', '.join(newest)}" if newest else "run pytest first",
    )


def _described(spec: str, commit: str) -> str:
    return commit[:7] if commit.startswith(spec) else f"{spec} ({commit[:7]})"


def _nearest(commit: str, index: Index, root: Path) -> str:
    """What to do about a commit that has no session: the nearest that have one, before it and after it."""
    with_session = set(map(_commit_of, index.summaries.values()))
    told = [
        f"{other[:7]} ({distance} {word})"
        for word, others in (
            ("before", commits_before(root, commit, SEARCHED_COMMITS)),
            ("after", commits_after(root, commit)),
        )
        for distance, other in [place for place in enumerate(others, 1) if place[1] in with_session][:NAMED_COMMITS]
    ]
    return f"the nearest that have one: {', '.join(told)}" if told else "run pytest on that commit"
