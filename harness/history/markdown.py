"""Markdown for a comment on a pull request, of texts that come from sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from harness.report.markdown import escape
from harness.report.wording import printable

LONGEST = 200  # characters of a cell or a line


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]], numeric: Collection[str]) -> str:
    """A table; the columns of `numeric` headings end at their right."""
    rule = tuple("---:" if heading in numeric else "---" for heading in headings)
    lines = [map(text, headings), rule, *(map(text, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text(words: str) -> str:
    """One line of it, which means nothing but what it says."""
    line = printable(words)
    return escape(line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…")
