"""Comparison tables as Markdown (GitHub's tables)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.report.compare import comparisons, session_lines
from harness.report.table import Comparison, Row
from harness.report.tables import SessionTables

# An underscore between letters is no markup: CONV_2D stays readable.
_SPECIAL = re.compile(r"([\\`*\[\]<>#|~&]|(?<![^\W_])_|_(?![^\W_]))")


def render_markdown(tables: SessionTables) -> str:
    """Every table of a session, ending with a newline. Names and messages are escaped."""
    heading, *stops = session_lines(tables)
    blocks = [f"# {escape(heading)}", *map(escape, stops)]
    for comparison in comparisons(tables):
        blocks += _blocks(comparison)
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """`text` with every character that Markdown would take for markup escaped."""
    return _SPECIAL.sub(r"\\\1", text)


def _blocks(comparison: Comparison) -> list[str]:
    headings = ("", *comparison.variants, *comparison.delta_headings, "how")
    rule = ("---", *("---:" for _ in headings[2:]), "---")
    lines = [_line(map(escape, headings)), _line(rule), *(_row(row, len(headings)) for row in comparison.rows)]
    notes = [f"- {escape(note)}" for note in comparison.notes]
    texts = map(escape, (*comparison.details, *comparison.answers))
    blocks = [f"## {escape(comparison.heading)}", *texts, "\n".join(lines), "\n".join(notes)]
    return [block for block in blocks if block]


def _row(row: Row, width: int) -> str:
    label = escape(row.label)
    if not row.cells:
        return _line((label, *[""] * (width - 1)))
    figures = (*row.cells, *row.deltas, row.how)
    return _line(("&emsp;" * row.depth + label, *map(escape, figures)))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
