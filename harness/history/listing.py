"""The sessions of a folder as a list: which of them, for whom."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from harness.history.index import Group, Index, Summary
from harness.history.layout import GAP, aligned, line_width
from harness.report.wording import counted, printable

NAMED = 5  # of the sessions that cannot be read for one reason, the newest
_SHORTEST_BRANCH = 8
DIRTY = "*"
DIRTY_NOTE = f"{DIRTY} the checkout was dirty: its files differed from that commit"


@dataclass(frozen=True)
class SessionFilter:
    """Which sessions are wanted; what is None does not matter. `commit` is the first digits of a hash.

    Suite, board and engine must be those of one and the same run.
    """

    suite: str | None = None
    board: str | None = None
    engine: str | None = None
    branch: str | None = None
    commit: str | None = None
    since: datetime | None = None
    dirty: bool | None = None

    def matches(self, summary: Summary) -> bool:
        checkout = summary.checkout
        return (
            (self.since is None or summary.started >= self.since)
            and (self.branch is None or (checkout is not None and checkout.branch == self.branch))
            and (self.commit is None or (checkout is not None and checkout.commit.startswith(self.commit)))
            and (self.dirty is None or (checkout is not None and checkout.dirty == self.dirty))
            and (self._of_run == (None, None, None) or any(map(self.matches_run, summary.groups)))
        )

    @property
    def _of_run(self) -> tuple[str | None, ...]:
        return self.suite, self.board, self.engine

    def matches_run(self, group: Group) -> bool:
        """Whether runs of this suite on this board with this engine are wanted."""
        return all(wanted in (None, found) for wanted, found in zip(self._of_run, group, strict=True))


def listing_json(summaries: Iterable[Summary], index: Index) -> dict[str, Any]:
    """The sessions, and those of the index that cannot be read, as JSON types."""
    return {
        "sessions": [
            {
                "id": summary.id,
                "started": summary.started.isoformat(),
                "outcome": summary.outcome,
                "checkout": msgspec.to_builtins(summary.checkout),
                "boards": summary.boards,
                "places": summary.places,
                "engines": summary.engines,
                "suites": summary.suites,
            }
            for summary in summaries
        ],
        "unreadable": [{"id": name, "reason": reason} for name, reason in index.unreadable.items()],
    }


def listing_lines(summaries: Sequence[Summary], width: int) -> Iterator[str]:
    """A heading, and a line for each session; two or more where one is too long for `width` columns."""
    if not summaries:
        return
    heads = [_HEADS, *map(_head_cells, summaries)]
    names = [name for name in _TAILS if name != "places" or any(summary.places for summary in summaries)]
    tails = [tuple(names), *(_tail_cells(summary, names) for summary in summaries)]
    rows = [head + tail for head, tail in zip(heads, tails, strict=True)]
    if line_width(rows) <= width:
        yield from aligned(rows)
        return
    room = max(width - line_width([head[:-1] for head in heads]) - len(GAP), _SHORTEST_BRANCH)
    shortened = [(*head[:-1], _shortened(head[-1], room)) for head in heads]
    for head, tail in zip(aligned(shortened), tails, strict=True):
        yield head
        yield from _wrapped(" · ".join(filter(None, tail)), width)


def none_found(index: Index) -> str:
    """Where no session is wanted of those that there are, if any."""
    of_all = f": none of {len(index.summaries)} matches" if index.summaries else ""
    return f"no session in {index.folder}{of_all}"


def listing_notes(summaries: Iterable[Summary], index: Index) -> Iterator[str]:
    """What stands below the list: what its marks mean, and what is not in it."""
    if any(summary.checkout and summary.checkout.dirty for summary in summaries):
        yield DIRTY_NOTE
    yield from unreadable_lines(index.unreadable)


def unreadable_lines(unreadable: Mapping[str, str]) -> Iterator[str]:
    """How many sessions cannot be read, why, and the newest of them.

    Args:
        unreadable: why, by their names.
    """
    names_by_reason: dict[str, list[str]] = {}
    for name, reason in sorted(unreadable.items(), reverse=True):
        names_by_reason.setdefault(reason, []).append(name)
    for reason, names in names_by_reason.items():
        more = ", …" if len(names) > NAMED else ""
        named = ", ".join(names[:NAMED])
        yield printable(f"{counted(len(names), 'session')} cannot be read: {reason}: {named}{more}")


_HEADS = ("session", "started", "commit", "outcome", "branch")
_TAILS = ("boards", "places", "engines", "suites")  # attributes of a summary


def _head_cells(summary: Summary) -> tuple[str, ...]:
    checkout = summary.checkout
    return (
        printable(summary.id),
        summary.started.isoformat(" ")[: len("2026-01-31 12:00")],
        printable(checkout.short_commit) + (DIRTY if checkout.dirty else "") if checkout else "",
        summary.outcome_text,
        printable(checkout.branch or "") if checkout else "",
    )


def _tail_cells(summary: Summary, attributes: Iterable[str]) -> tuple[str, ...]:
    return tuple(printable(", ".join(getattr(summary, attribute))) for attribute in attributes)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


@cache
def _wrapped(text: str, width: int) -> list[str]:
    """Sessions repeat each other, and wrapping takes longer than all else."""
    return textwrap.wrap(text, width, initial_indent=GAP, subsequent_indent=GAP, break_on_hyphens=False)
