"""Power over time, as a meter saw it: a window between its rests, and an inference op by op."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from markupsafe import Markup

from harness.html.bars import LETTER_PERCENT
from harness.html.svg import Box, Drawing
from harness.measure.records import LayerRecord, RunRecord, TraceRecord
from harness.report.wording import amount, counted

HEIGHT_PX = 140
_TOP_PX, _BOTTOM_PX = 18, 22  # for texts above and below
_MOST_COLUMNS = 400  # of a picture, which is hardly wider than that


class Span(NamedTuple):
    """What ran between two times. `label` is for where there is little room, `kind` its class in the page's style."""

    begin_us: float
    end_us: float
    label: str
    name: str
    energy_uj: float | None
    kind: str


class Column(NamedTuple):
    """Points of a trace that are drawn as one: the middle of their time, and their power."""

    time_us: float
    mean_uw: float
    least_uw: float
    most_uw: float


class Stretch(NamedTuple):
    """A row of the table below a picture."""

    name: str
    begin: str
    lasts: str
    mean: str
    least: str
    most: str
    energy: str


@dataclass(frozen=True)
class PowerTrace:
    """A trace and what is known of its run. `colors` are those of ops."""

    trace: TraceRecord
    run: RunRecord
    layers: Sequence[LayerRecord]
    colors: dict[str, str]

    @property
    def caption(self) -> str:
        return f"Power over time, {self.run.variant}: {self._what}"

    @property
    def source(self) -> str:
        """Who saw it, and how finely."""
        trace = self.trace
        return (
            f"{trace.meter}, {trace.rate_hz:,.0f} samples a second, {trace.power_uw.provenance}: "
            f"{trace.samples:,} samples in {len(trace.time_us):,} points"
        )

    @property
    def _what(self) -> str:
        if self.trace.window is None:
            return "one inference, op by op"
        return f"{counted(self.trace.inferences, 'inference')}, window {self.trace.window}"

    def spans(self) -> list[Span]:
        """The whole window, or the ops."""
        trace = self.trace
        if trace.window is not None:
            what, cost = counted(trace.inferences, "inference"), self.run.energy_uj
            energy_uj = cost.value * trace.inferences if cost else None
            return [Span(0, trace.end_us, what, what, energy_uj, "room")]
        return [
            self._span_of(layer, begin_us)
            for layer, begin_us in zip(self.layers, trace.op_begins_us, strict=True)
            if layer.latency_us
        ]

    def _span_of(self, layer: LayerRecord, begin_us: float) -> Span:
        name = f"{layer.op_index} {layer.op} {layer.output_shape}"
        end_us = begin_us + (layer.latency_us.value if layer.latency_us else 0)
        energy_uj = layer.energy_uj.value if layer.energy_uj else None
        return Span(begin_us, end_us, str(layer.op_index), name, energy_uj, f"band {self.colors[layer.op]}")

    def stretches(self) -> list[Stretch]:
        """The spans in figures, and what lies before and after them."""
        trace, spans = self.trace, self.spans()
        before = Span(trace.time_us[0], 0, "", "before", None, "")
        after = Span(trace.end_us, trace.time_us[-1] + _point_us(trace), "", "after", None, "")
        return [_stretch(trace, span) for span in (before, *spans, after) if span.end_us > span.begin_us]

    def picture(self) -> Markup:
        trace, idle = self.trace, self.run.idle_power_uw
        drawing = Drawing(_TOP_PX + HEIGHT_PX + _BOTTOM_PX, self.caption)
        scale = _Scale(trace.time_us[0], trace.time_us[-1] + _point_us(trace), max(trace.power_uw_max) or 1.0)
        drawing.text(0, 11, amount(scale.most_uw / 1e6, "W"))
        for span in self.spans():
            _draw_span(drawing, scale, span)
        for part in columns(trace):
            most = [(scale.x(column.time_us), scale.y(column.most_uw)) for column in part]
            least = [(scale.x(column.time_us), scale.y(column.least_uw)) for column in part]
            drawing.path([*most, *reversed(least)], "reached")
            drawing.path([(scale.x(column.time_us), scale.y(column.mean_uw)) for column in part], "power")
        if idle:
            drawing.text(100, 11, f"dashed: idle, {amount(idle.value / 1e6, 'W')}", anchor="end")
            drawing.line((0, scale.y(idle.value)), (100, scale.y(idle.value)), "roof")
        _draw_time_axis(drawing, scale, trace)
        return drawing.markup()


@dataclass(frozen=True)
class _Scale:
    """Where times and powers lie in a picture: across in per cent, down in pixels."""

    first_us: float
    last_us: float
    most_uw: float

    def x(self, time_us: float) -> float:
        return 100 * (time_us - self.first_us) / (self.last_us - self.first_us)

    def y(self, power_uw: float) -> float:
        return _TOP_PX + HEIGHT_PX * (1 - power_uw / self.most_uw)


def _draw_span(drawing: Drawing, scale: _Scale, span: Span) -> None:
    left, right = scale.x(span.begin_us), scale.x(span.end_us)
    title = f"{span.name}: {amount_of_time(span.end_us - span.begin_us)}"
    drawing.rect(Box(left, _TOP_PX, right - left, HEIGHT_PX), span.kind, title)
    if (len(span.label) + 1) * LETTER_PERCENT <= right - left:
        drawing.text((left + right) / 2, scale.y(0) - 6, span.label, "label", "middle")


def _draw_time_axis(drawing: Drawing, scale: _Scale, trace: TraceRecord) -> None:
    """With a tick for each edge of the marker."""
    floor = scale.y(0)
    drawing.line((0, floor), (100, floor), "axis")
    for edge_us in trace.edges_us:
        drawing.line((scale.x(edge_us), floor), (scale.x(edge_us), floor + 6), "axis")
    drawing.text(scale.x(0), floor + 19, "0", anchor="middle")
    drawing.text(scale.x(trace.end_us), floor + 19, amount_of_time(trace.end_us), anchor="middle")


def columns(trace: TraceRecord) -> list[list[Column]]:
    """What to draw of a trace: a list for each part without a gap; as few columns as keep every peak."""
    step = -(-len(trace.time_us) // _MOST_COLUMNS)
    return [
        [_column(trace, slice(begin, min(begin + step, part.stop))) for begin in range(part.start, part.stop, step)]
        for part in _parts(trace)
    ]


def _parts(trace: TraceRecord) -> list[slice]:
    """Points without a gap between them."""
    times_us, least_us = trace.time_us, 1.5 * _point_us(trace)
    gaps = [place for place in range(1, len(times_us)) if times_us[place] - times_us[place - 1] > least_us]
    return [slice(begin, end) for begin, end in zip([0, *gaps], [*gaps, len(times_us)], strict=True)]


def _column(trace: TraceRecord, points: slice) -> Column:
    times_us = trace.time_us[points]
    return Column(
        (times_us[0] + times_us[-1] + _point_us(trace)) / 2,
        fmean(trace.power_uw.value[points]),
        min(trace.power_uw_min[points]),
        max(trace.power_uw_max[points]),
    )


def _stretch(trace: TraceRecord, span: Span) -> Stretch:
    """Power of the points that lie in a span from begin to end."""
    inside = [
        place
        for place, time_us in enumerate(trace.time_us)
        if span.begin_us <= time_us and time_us + _point_us(trace) <= span.end_us
    ]
    powers = ("-", "-", "-")
    if inside:
        column = _column(trace, slice(inside[0], inside[-1] + 1))
        mean, least, most = (amount(power_uw / 1e6, "W") for power_uw in column[1:])
        powers = (mean, least, most)
    return Stretch(
        span.name,
        amount_of_time(span.begin_us),
        amount_of_time(span.end_us - span.begin_us),
        *powers,
        energy="-" if span.energy_uj is None else amount(span.energy_uj / 1e6, "J"),
    )


def amount_of_time(time_us: float) -> str:
    """As `amount`, at the origin and before it, too."""
    return f"{'-' if time_us < 0 else ''}{amount(abs(time_us) / 1e6, 's')}" if time_us else "0"


def _point_us(trace: TraceRecord) -> float:
    return trace.samples_per_point / trace.rate_hz * 1e6
