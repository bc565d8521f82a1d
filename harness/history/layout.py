"""Columns of text, of any number of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

GAP = "  "


def aligned(rows: Sequence[Sequence[str]], numeric: Collection[int] = ()) -> Iterator[str]:
    """A line for each row, its cells below those of the row before; those of `numeric` columns end there."""
    widths = _widths(rows)
    pads = [str.rjust if column in numeric else str.ljust for column in range(len(widths))]
    for row in rows:
        yield GAP.join(pad(cell, width) for pad, cell, width in zip(pads, row, widths, strict=True)).rstrip()


def line_width(rows: Iterable[Sequence[str]]) -> int:
    """How long the longest of the lines may be."""
    widths = _widths(rows)
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]
