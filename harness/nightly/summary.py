"""A night in words: what is planned, before it runs, and a summary in Markdown, when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.history.changes_markdown import changes_markdown
from harness.nightly.plan import within_budget
from harness.nightly.record import Night, NightCell
from harness.nightly.verdict import Judged
from harness.report.markdown import escape
from harness.report.wording import counted, duration, printable

_LONGEST = 200  # characters of a cell of the table
_HEADINGS = ("cell", "why then", "planned", "result", "took", "session")


def plan_lines(night: Night) -> Iterator[str]:
    """What will run in what is left of the budget, if every cell takes as long as it is expected to."""
    fitting = within_budget(night.waiting, night.left_s)
    expected_s = sum(planned.estimate_s for planned in fitting)
    yield (
        f"night {night.id}: {len(fitting)} of {counted(len(night.waiting), 'cell')} planned, "
        f"about {duration(expected_s)} of {duration(night.left_s)}"
    )
    if night.ran:
        yield f"resumed: {counted(len(night.ran), 'cell')} ran before"


def night_markdown(judged: Judged, remarks: Iterable[str] = ()) -> str:
    """The night: its verdict and why, every cell, and what changed since the last green one.

    Args:
        remarks: what is to be said besides, such as that the store is away.
    """
    night = judged.night
    took_s = sum(record.duration_s for record in night.ran)
    blocks = [
        f"## Night {_text(night.id)}: {'green' if night.green else 'red'}",
        f"{_text(_checkout(night))}: {len(night.ran)} of {counted(len(night.cells), 'cell')} "
        f"in {duration(took_s)} of {duration(night.budget_s)}.",
        _items([*judged.reasons, *judged.notes, *remarks]),
        _table(night.cells),
        changes_markdown(judged.changes)
        if judged.changes
        else "Nothing to compare with: no green night ran any of it.",
    ]
    return "\n\n".join(block.strip() for block in blocks if block) + "\n"


def _checkout(night: Night) -> str:
    if night.checkout is None:
        return "no checkout"
    return f"{night.checkout.branch} at {night.checkout}" if night.checkout.branch else str(night.checkout)


def _items(lines: Sequence[str]) -> str:
    return "\n".join(f"- {_text(line)}" for line in lines)


def _table(cells: Iterable[NightCell]) -> str:
    rows = [_HEADINGS, tuple("---" for _ in _HEADINGS), *(tuple(map(_text, _row(cell))) for cell in cells)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(record: NightCell) -> tuple[str, ...]:
    result = f"{record.outcome}: {record.message}" if record.message else record.outcome
    took = duration(record.duration_s) if record.duration_s else ""
    return record.title, record.why, duration(record.estimate_s), result, took, record.session or ""


def _text(text: str) -> str:
    return escape(printable(text)[:_LONGEST])
