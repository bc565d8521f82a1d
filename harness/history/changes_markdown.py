"""A comparison as Markdown, short enough for a comment on a pull request: GitHub takes 65,536 characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.history.changes import Changes, RunChanges
from harness.history.changes_text import TOLD, change_cells, closing_lines, headline, layer_rows, reasons
from harness.history.explain import explain, layer_changes
from harness.history.markdown import LONGEST, table, text
from harness.history.rules import Verdict
from harness.report.wording import counted, printable

MOST_ROWS = 60
MOST_DETAILS = 20  # runs
_NUMERIC = ("before", "after", "change")  # columns
_URGENT = {Verdict.WORSE, Verdict.LOST}


def changes_markdown(changes: Changes) -> str:
    """A table of what changed, the worst first, and folded what it comes from. Names and reasons are escaped."""
    worse = len(changes.of(Verdict.WORSE))
    told = changes.of(*TOLD)
    blocks = [f"### {counted(worse, 'regression') if worse else 'No regression'}: {text(headline(changes))}"]
    if told:
        rows = sorted(told, key=lambda entry: list(Verdict).index(entry[1].verdict))[:MOST_ROWS]
        cells = ((str(run.id), *change_cells(change)) for run, change in rows)
        blocks.append(table(("run", "metric", "before", "after", "change", "", "how"), cells, _NUMERIC))
    if len(told) > MOST_ROWS:
        blocks.append(f"… and {len(told) - MOST_ROWS} more.")
    detailed = [run for run in changes.runs if run.of(*TOLD)]
    blocks += filter(None, map(_details, sorted(detailed, key=_urgency)[:MOST_DETAILS]))
    blocks.append("\n".join(f"- {text(line)}" for line in _bounded(closing_lines(changes))))
    return "\n\n".join(blocks) + "\n"


def _urgency(run: RunChanges) -> int:
    return -len(run.of(*_URGENT))


def _details(run: RunChanges) -> str:
    """Why the run's figures changed, folded; empty where nothing is known of it."""
    lines = [f"- {text(line)}" for line in (*reasons(run.of(*TOLD)), *explain(run))]
    rows = layer_rows(run)
    if not lines and not rows:
        return ""
    blocks = [f"<details><summary>{_html(str(run.id))}</summary>", "\n".join(lines)]
    if rows:
        headings = (f"layer, {layer_changes(run)[0].metric.name}", *_NUMERIC)
        blocks.append(table(headings, rows, _NUMERIC))
    return "\n\n".join([*filter(None, blocks), "</details>"])


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """The first of many lines, and the last, which counts."""
    every = list(lines)
    yield from every[:-1][:MOST_ROWS]
    yield every[-1]


def _html(text: str) -> str:
    return printable(text)[:LONGEST].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
