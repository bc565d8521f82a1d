"""Bars: what a whole is made of, side by side for several wholes, and intervals around fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.html.svg import Box, Drawing
from harness.report.statistics import Interval

ROW_PX = 44
BAR_TOP_PX, BAR_PX = 17, 22  # in a row, below its texts
COLORS = 8  # of the page's style: classes c0 to c7
_LOSS_ROW_PX = 96
_MOST_LABELS = 14  # below a row of columns
LETTER_PERCENT = 2.6  # of the width of a phone


def color(index: int) -> str:
    return f"c{index % COLORS}"


@dataclass(frozen=True)
class Legend:
    """What a colour stands for."""

    kind: str
    name: str


@dataclass(frozen=True)
class Part:
    """A piece of a bar.

    Attributes:
        labels: for the bar itself: the longest that has room.
        title: all that is to say of it.
        kind: its class in the page's style.
    """

    size: float
    labels: Sequence[str]
    title: str
    kind: str


@dataclass(frozen=True)
class Bar:
    """A whole and its parts, in order."""

    name: str
    total: str
    parts: Sequence[Part]

    @property
    def size(self) -> float:
        return sum(part.size for part in self.parts)


def stacked(bars: Sequence[Bar], label: str) -> Markup:
    """Bars below each other, all to the scale of the longest."""
    drawing = Drawing(ROW_PX * len(bars), label)
    longest = max((bar.size for bar in bars), default=0) or 1
    for row, bar in enumerate(bars):
        top = row * ROW_PX
        drawing.text(0, top + 12, bar.name, "name")
        drawing.text(100, top + 12, bar.total, "label", "end")
        x = 0.0
        for part in bar.parts:
            width = 100 * part.size / longest
            drawing.rect(Box(x, top + BAR_TOP_PX, width, BAR_PX), part.kind, part.title)
            fitting = [label for label in part.labels if (len(label) + 1) * LETTER_PERCENT <= width]
            if fitting:
                drawing.text(x + width / 2, top + BAR_TOP_PX + 15, max(fitting, key=len), "inside", "middle")
            x += width
    return drawing.markup()


@dataclass(frozen=True)
class Estimate:
    """A fraction and where it lies with 95 % confidence."""

    name: str
    fraction: float
    interval: Interval
    title: str


def intervals(estimates: Sequence[Estimate], label: str) -> Markup:
    """Fractions as points on one scale, which begins below the lowest and ends at 100 %."""
    drawing = Drawing(ROW_PX * len(estimates) + 8, label)
    low = _scale_begin(min(estimate.interval.low for estimate in estimates))

    def place(fraction: float) -> float:
        return 2 + 96 * (fraction - low) / (1 - low)

    for row, estimate in enumerate(estimates):
        top = row * ROW_PX
        drawing.text(0, top + 12, estimate.name, "name")
        drawing.text(100, top + 12, estimate.title, "label", "end")
        drawing.line((place(low), top + 28), (place(1), top + 28), "grid")
        drawing.line((place(estimate.interval.low), top + 28), (place(estimate.interval.high), top + 28), "reach")
        drawing.circle(place(estimate.fraction), top + 28, 5, color(row), f"{estimate.name}: {estimate.title}")
    bottom = ROW_PX * len(estimates) + 4
    drawing.text(0, bottom, f"{low:.0%}")
    drawing.text(100, bottom, "100%", anchor="end")
    return drawing.markup()


def _scale_begin(lowest: float) -> float:
    """The nearest multiple of 5 % below, so that scales of similar networks are alike."""
    return min(0.95, int(lowest * 20) / 20)


@dataclass(frozen=True)
class Loss:
    """How far an op's values are off, as a part of what they are."""

    label: str
    title: str
    error: float


def loss_columns(variants: Mapping[str, Sequence[Loss]]) -> Markup:
    """A row of columns for each variant, from its first op to its last, all to the scale of the largest."""
    drawing = Drawing(_LOSS_ROW_PX * len(variants), "how far the values of each layer are off")
    most = max((loss.error for losses in variants.values() for loss in losses), default=0) or 1
    for row, (variant, losses) in enumerate(variants.items()):
        top, floor = row * _LOSS_ROW_PX, (row + 1) * _LOSS_ROW_PX - 20
        worst = max(losses, key=lambda loss: loss.error)
        drawing.text(0, top + 12, variant, "name")
        drawing.text(100, top + 12, f"at most {worst.error:.2%}, op {worst.label}", "label", "end")
        width = 100 / len(losses)
        for place, loss in enumerate(losses):
            height = (floor - top - 18) * loss.error / most
            box = Box(width * (place + 0.1), floor - height, width * 0.8, height)
            drawing.rect(box, color(row + 1), f"{loss.title}: {loss.error:.2%}")
            if place % -(-len(losses) // _MOST_LABELS) == 0:
                drawing.text(width * (place + 0.5), floor + 13, loss.label, "label", "middle")
        drawing.line((0, floor), (100, floor), "axis")
    return drawing.markup()
