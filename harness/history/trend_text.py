"""Trends in lines of text, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from harness.history.layout import GAP, aligned, line_width
from harness.history.series import Series
from harness.history.sides import RunId
from harness.history.steps import Numbers
from harness.history.trend import DIGITS, Step, SteppedSeries, Trend
from harness.report.wording import counted, printable

SHOWN_STEPS = 3  # of a series
WIDEST_LINE = 60  # columns of a sparkline
_NARROWEST_LINE = 8
_BARS = "▁▂▃▄▅▆▇█"
_NO_NUMBER = "?"


def trend_lines(trend: Trend, width: int) -> Iterator[str]:
    """The answer in words; each run with a step, its series and their steps; then what is to say of the whole.

    Args:
        width: of the terminal, in columns.
    """
    yield from _wrapped(answer(trend), width)
    for run, of_run in trend.runs.items():
        if any(len(each.steps) for each in of_run):
            yield ""
            yield from _run_lines(trend, run, of_run, width)
    closing = [*closing_lines(trend)]
    if closing:
        yield ""
    for line in closing:
        yield from _wrapped(line, width)


def answer(trend: Trend) -> str:
    """`3 steps in 120 commits, 1931af0 to f00d123: 2 worse, 1 better; the newest in …`."""
    commits = trend.timeline.commits
    tested = counted(f"{len(trend.timeline.sessions):,}", "commit")
    if not trend.series:
        return f"no figure in {tested}: see `harness report list`"
    first, last = (commit[:DIGITS] for commit in (commits[0], commits[-1]))
    if first == last:
        return f"{tested}, {first}: there is no trend in less than 2"
    where = f"in {tested}, {first} to {last}"
    if not trend.steps:
        return f"no step {where}"
    better = trend.steps - trend.worse
    counts = ", ".join(f"{count:,} {word}" for count, word in ((trend.worse, "worse"), (better, "better")) if count)
    (newest,) = trend.newest(1)
    others = sum(each.last_place == newest.place for each in trend.series) - 1
    also = f", and {counted(others, 'other')}" if others else ""
    told = (
        f"{counted(f'{trend.steps:,}', 'step')} {where}: {counts}; "
        f"the newest in {newest.range_text}: {step_sentence(trend, newest)}{also}"
    )
    worst = trend.worst()
    if worst is None or (worst.series is newest.series and worst.place == newest.place):
        return told
    return f"{told}; the largest for the worse in {worst.range_text}: {step_sentence(trend, worst)}"


def step_sentence(trend: Trend, step: Step) -> str:
    """`cycles of digits int8 on … 0.43% more (1,167,903 -> 1,172,928), worse`."""
    change = f" {step.change_text}" if step.change_text else ""
    values = f"{step.before_text} -> {step.after_text}"
    return f"{trend.label(step.series)} of {step.series.run}{change} ({values}), {step.verdict}"


def closing_lines(trend: Trend) -> Iterator[str]:
    """How many runs take no step, and the notes."""
    still = sum(not any(len(each.steps) for each in of_run) for of_run in trend.runs.values())
    if still and trend.steps:
        yield f"{counted(still, 'run')} without a step"
    yield from trend.notes


def sparkline(values: Numbers, width: int) -> str:
    """The values from the lowest to the highest; of more than `width` the last ones of as many equal parts."""
    if len(values) > width:
        values = values[np.arange(1, width + 1) * len(values) // width - 1]
    numbers = values[np.isfinite(values)]
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (0.0, 0.0)
    return "".join(_bar(value, low, high) for value in values)


def _bar(value: float, low: float, high: float) -> str:
    if not np.isfinite(value):
        return _NO_NUMBER
    return _BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] if high > low else _BARS[0]


def _run_lines(trend: Trend, run: RunId, of_run: Sequence[SteppedSeries], width: int) -> Iterator[str]:
    yield from _wrapped(str(run), width)
    stepped = [each for each in of_run if len(each.steps)]
    for each, line in zip(stepped, _series_lines(trend, [each.series for each in stepped], width), strict=True):
        yield GAP + line
        yield from _step_lines(each, width)
    if still := ", ".join(trend.label(each.series) for each in of_run if not len(each.steps)):
        yield from _wrapped(f"no step: {still}", width, GAP)


def _series_lines(trend: Trend, series: Sequence[Series], width: int) -> Iterator[str]:
    """Each with a sparkline, as wide as there is room, and its last value."""
    cells = [(trend.label(each), each.metric.text(each.values[-1]), each.provenance.value) for each in series]
    room = width - len(GAP) - line_width([(*cell, "") for cell in cells])
    room = min(WIDEST_LINE, max(_NARROWEST_LINE, room))
    lines = [sparkline(each.values, room) for each in series]
    yield from aligned([(name, line, *rest) for (name, *rest), line in zip(cells, lines, strict=True)], (2,))


def _step_lines(each: SteppedSeries, width: int) -> Iterator[str]:
    """The newest steps."""
    steps = list(islice(each.newest_first(), SHOWN_STEPS))
    for step, line in zip(steps, aligned(list(map(step_cells, steps)), (1, 2)), strict=True):
        yield from _wrapped(line, width, GAP * 2)
        yield from _wrapped(step.untested_text, width, GAP * 3)
    if earlier := len(each.steps) - len(steps):
        yield f"{GAP * 2}… and {earlier:,} before"


def step_cells(step: Step) -> tuple[str, str, str, str]:
    """Verdict, change, both values, and the commits."""
    return step.verdict, step.change_text, f"{step.before_text} -> {step.after_text}", step.range_text


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Lines that start with `indent`, the further ones with more; none of no text."""
    return textwrap.wrap(
        printable(text), width, initial_indent=indent, subsequent_indent=indent + GAP, break_on_hyphens=False
    )
