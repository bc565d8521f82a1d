"""The windows that a run was timed or metered in, where they scatter: on silicon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median_low

from markupsafe import Markup

from harness.html.bars import ROW_PX, color
from harness.html.svg import Drawing
from harness.measure.records import Quantity, RunRecord, WindowRecord
from harness.report.tables import run_key
from harness.report.wording import amount

_LEAST_REACH = 0.001  # of the median: a narrower scale would make much of nothing


@dataclass(frozen=True)
class WindowKind:
    """What a window measures, in millionths of `unit`."""

    name: str
    unit: str
    of: Callable[[WindowRecord], Quantity | None]

    def text(self, value: float) -> str:
        return amount(value / 1e6, self.unit)


KINDS = {
    "Time of each window": WindowKind("time", "s", lambda window: window.latency_us),
    "Energy of each window": WindowKind("energy", "J", lambda window: window.energy_uj),
}


@dataclass(frozen=True)
class Dot:
    """A window: how far it lies from the median, as a part of that."""

    deviation: float
    outlier: bool
    title: str


@dataclass(frozen=True)
class Scatter:
    """The windows of one kind of a run."""

    name: str
    median: str
    dots: Sequence[Dot]


def scatter(run: RunRecord, windows: Iterable[WindowRecord], kind: WindowKind) -> Scatter | None:
    """None where no two windows differ."""
    mine = [window for window in windows if window.kind == kind.name and run_key(window) == run_key(run)]
    costs = [(window, cost.value) for window in mine if (cost := kind.of(window)) and cost.value > 0]
    if len({value for _, value in costs}) < 2:
        return None
    median = median_low(value for _, value in costs)
    dots = [
        Dot(value / median - 1, window.outlier, f"window {window.window}: {kind.text(value)}")
        for window, value in costs
    ]
    return Scatter(run.variant, f"median of {len(costs)}: {kind.text(median)}", dots)


def window_picture(scatters: Sequence[Scatter], label: str) -> Markup:
    """A row of dots for each run, the median in the middle; outliers are rings."""
    drawing = Drawing(ROW_PX * len(scatters) + 14, label)
    reach = max(_LEAST_REACH, *(abs(dot.deviation) for each in scatters for dot in each.dots)) * 1.1
    for row, each in enumerate(scatters):
        top = row * ROW_PX
        drawing.text(0, top + 12, each.name, "name")
        drawing.text(100, top + 12, each.median, "label", "end")
        drawing.line((0, top + 28), (100, top + 28), "grid")
        drawing.line((50, top + 18), (50, top + 38), "axis")
        for dot in each.dots:
            kind = "ring" if dot.outlier else f"{color(row)} dot"
            drawing.circle(50 + 50 * dot.deviation / reach, top + 28, 5, kind, f"{dot.title}, {dot.deviation:+.2%}")
    bottom = ROW_PX * len(scatters) + 10
    drawing.text(0, bottom, f"{-reach:.1%}")
    drawing.text(100, bottom, f"{reach:+.1%}", anchor="end")
    return drawing.markup()
