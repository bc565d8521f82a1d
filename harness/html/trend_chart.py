"""A figure over commits as a picture, its steps marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
from markupsafe import Markup

from harness.history.steps import Numbers, Places
from harness.history.trend import DIGITS, Step, SteppedSeries
from harness.html.svg import Drawing

HEIGHT_PX = 96
MOST_POINTS = 200  # of more, the lowest and the highest of each part are drawn
MOST_MARKS = 20  # the newest steps
_TOP_PX, _FOOT_PX = 18, 18  # above and below the values, for texts
_SIDE_PERCENT = 1.0  # to the left and to the right


class _Scale:
    """Where commits and values lie in a picture."""

    def __init__(self, each: SteppedSeries) -> None:
        numbers = each.series.values[np.isfinite(each.series.values)]
        self.low, self.high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (0.0, 0.0)
        self._first, self._last = int(each.series.places[0]), int(each.series.places[-1])

    def x(self, place: float) -> float:
        """In per cent of the width."""
        part = (place - self._first) / (self._last - self._first) if self._last > self._first else 0.5
        return _SIDE_PERCENT + part * (100 - 2 * _SIDE_PERCENT)

    def y(self, value: float) -> float:
        """In pixels; what is no number lies at the bottom."""
        part = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return _TOP_PX + 6 + (1 - (part if np.isfinite(part) else 0.0)) * (HEIGHT_PX - 12)


def trend_chart(each: SteppedSeries, label: str, here: str | None = None) -> Markup:
    """The values over commits: exact ones as stairs, noisy ones as dots with the medians between steps.

    Args:
        here: a commit to be marked, where it is one of these.
    """
    series, scale, commits = each.series, _Scale(each), each.timeline.commits
    drawing = Drawing(_TOP_PX + HEIGHT_PX + _FOOT_PX, f"{label} over commits")
    bottom = _TOP_PX + HEIGHT_PX
    drawing.text(0, 11, f"highest {series.metric.text(scale.high)}")
    drawing.text(100, 11, f"now {series.metric.text(series.values[-1])}", "name", "end")
    drawing.line((0, bottom), (100, bottom), "axis")
    drawing.text(0, bottom + 14, commits[series.places[0]][:DIGITS])
    drawing.text(50, bottom + 14, f"lowest {series.metric.text(scale.low)}", anchor="middle")
    drawing.text(100, bottom + 14, commits[series.places[-1]][:DIGITS], anchor="end")
    if here in commits[series.places[0] : series.places[-1] + 1]:
        x = scale.x(commits.index(here))
        drawing.line((x, _TOP_PX), (x, bottom), "roof")
    shown = _shown(series.values)
    if series.is_noisy:
        for at in shown:
            drawing.circle(scale.x(series.places[at]), scale.y(series.values[at]), 2.5, "c0 dot")
        drawing.path(_medians(each, scale), "curve sc1")
    else:
        drawing.path(_stairs(series.places[shown], series.values[shown], scale), "curve sc0")
    for step in islice(each.newest_first(), MOST_MARKS):
        drawing.circle(scale.x(step.place), scale.y(step.after), 5, f"mark {step.verdict}", _title(step))
    return drawing.markup()


def _title(step: Step) -> str:
    return f"{step.range_text}: {step.change_text} ({step.before_text} -> {step.after_text}), {step.verdict}"


def _shown(values: Numbers) -> Places:
    """The places of values that are drawn, ascending."""
    if len(values) <= MOST_POINTS:
        return np.arange(len(values))
    parts = np.array_split(np.arange(len(values)), MOST_POINTS // 2)
    filled = np.nan_to_num(values)
    ends = [(part[filled[part].argmin()], part[filled[part].argmax()]) for part in parts]
    return np.unique([0, *np.ravel(ends), len(values) - 1])


def _stairs(places: Places, values: Numbers, scale: _Scale) -> Iterator[tuple[float, float]]:
    """A value holds until the next commit that has one."""
    before = None
    for place, value in zip(places, values, strict=True):
        x, y = scale.x(place), scale.y(value)
        if before not in (None, y):
            yield x, before
        if before != y:
            yield x, y
        before = y
    yield scale.x(places[-1]), scale.y(values[-1])


def _medians(each: SteppedSeries, scale: _Scale) -> Iterator[tuple[float, float]]:
    series, splits = each.series, each.steps.places
    ends = [series.places[0], *series.places[splits], series.places[-1]]
    for values, (begin, end) in zip(np.split(series.values, splits), pairwise(ends), strict=True):
        level = scale.y(float(np.nanmedian(values)))
        yield scale.x(begin), level
        yield scale.x(end), level
