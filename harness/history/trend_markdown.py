"""Trends as Markdown, short enough for a comment on a pull request: GitHub takes 65,536 characters."""

from __future__ import annotations

from harness.history.markdown import table, text
from harness.history.trend import Step, Trend
from harness.history.trend_text import answer, closing_lines
from harness.report.wording import counted

MOST_ROWS = 60
_NUMERIC = ("before", "after", "change")  # columns


def trend_markdown(trend: Trend) -> str:
    """A table of the newest steps. Names are escaped."""
    blocks = [f"### {text(answer(trend))}"]
    if steps := trend.newest(MOST_ROWS):
        headings = ("run", "metric", "before", "after", "change", "", "commits", "untested", "how")
        blocks.append(table(headings, (_cells(trend, step) for step in steps), _NUMERIC))
    if trend.steps > MOST_ROWS:
        blocks.append(f"… and {counted(f'{trend.steps - MOST_ROWS:,}', 'step')} before.")
    if lines := [f"- {text(line)}" for line in closing_lines(trend)]:
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _cells(trend: Trend, step: Step) -> tuple[str, ...]:
    return (
        str(step.series.run),
        trend.label(step.series),
        step.before_text,
        step.after_text,
        step.change_text,
        step.verdict,
        step.range_text,
        str(len(step.untested) or ""),
        step.series.provenance,
    )
