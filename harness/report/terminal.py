"""Comparison tables on a terminal, as wide as it is."""

from __future__ import annotations

from textwrap import fill

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.compare import comparisons, session_lines
from harness.report.table import Comparison
from harness.report.tables import SessionTables

BOUNDLESS = 1000  # columns: wider than any table
MIN_COLUMN = 10  # "vs float32"
MIN_LABEL = 12
WIDE, NARROW = 1, 0  # spaces between columns, beside the one that the box has


def render_terminal(tables: SessionTables, console: Console) -> None:
    """Print a session: every table, and what is to say of the session as a whole."""
    render_comparisons(tables, console)
    console.print()
    for line in session_lines(tables):
        console.print(Text(line))


def render_comparisons(tables: SessionTables, console: Console) -> None:
    """Print every table of a session. Names and messages are printed as they are: no markup, no colours of theirs."""
    for comparison in comparisons(tables):
        console.print()
        _print_comparison(comparison, console)


def _print_comparison(comparison: Comparison, console: Console) -> None:
    console.print(Text(comparison.heading, style="bold"))
    for line in comparison.details:
        console.print(Text(line, style="dim"))
    for line in comparison.answers:
        console.print(Text(line))
    for part in _fitting(comparison, console):
        console.print(_laid_out(part, console))
    for note in comparison.notes:
        console.print(Text(note))


def _fitting(comparison: Comparison, console: Console) -> list[Comparison]:
    """One table where it is not too wide; else one for each variant beside the reference, or as many as it takes."""
    others = range(1, len(comparison.variants))
    if len(others) < (2 if comparison.compares else 1) or _is_fitting(comparison, console):
        return [comparison]
    if comparison.compares:
        return [comparison.with_reference(column) for column in others]
    count = next((count for count in reversed(others) if _is_fitting(comparison.between(0, count), console)), 1)
    return [comparison.between(0, count), *_fitting(comparison.between(count, len(comparison.variants)), console)]


def _is_fitting(comparison: Comparison, console: Console) -> bool:
    return _spare(_drawn(comparison, NARROW), console) >= 0


def _spare(table: Table, console: Console) -> int:
    """The columns that the terminal has more than the table."""
    return console.width - console.measure(table, options=console.options.update(width=BOUNDLESS)).maximum


def _laid_out(comparison: Comparison, console: Console) -> Table:
    """Where the terminal is too narrow, the gaps between columns make room first, then the labels."""
    wide = _drawn(comparison, WIDE)
    if _spare(wide, console) >= 0:
        return wide
    lacking = max(0, -_spare(_drawn(comparison, NARROW), console))
    longest = max(cell_len(row.label) + 2 * row.depth for row in comparison.rows)
    return _drawn(comparison, NARROW, max(MIN_LABEL, longest - lacking))


def _drawn(comparison: Comparison, gap: int, label_columns: int = BOUNDLESS) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    table.add_column("", overflow="fold")
    columns = list(zip(*((*row.cells, *row.deltas) for row in comparison.rows if row.cells), strict=True))
    for heading, texts in zip((*comparison.variants, *comparison.delta_headings), columns, strict=True):
        width = max(MIN_COLUMN, *map(cell_len, texts))  # a long heading is folded: figures need the room
        table.add_column(Text(heading), justify="right", vertical="bottom", overflow="fold", max_width=width)
    table.add_column("how", overflow="fold", vertical="bottom")
    for row in comparison.rows:
        indent = "  " * row.depth
        label = fill(row.label, label_columns, initial_indent=indent, subsequent_indent=f"{indent}  ")
        table.add_row(Text(label), *map(Text, (*row.cells, *row.deltas)), Text(row.how, style="dim"))
    return table
