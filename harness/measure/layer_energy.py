"""The profiled inference in a meter's trace: when it began, and the energy of each layer, read off or split by time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from harness.measure.energy.reduced import ReducedTrace, reduced
from harness.measure.energy.trace import Edge, Trace, Window

LEAST_SAMPLES = 20  # of an op: fewer say too little
MARGIN = 0.1  # of the inference, that its picture shows before and after it
EDGE_TOLERANCE = 0.01  # of the time since the first edge, and two samples: so far an edge may lie inside of an op

Span = tuple[float, float]  # seconds since the start of the inference


class LayerEnergy(NamedTuple):
    """An op's energy, and how it was told from the others'."""

    energy_uj: float
    by: Literal["marker", "time"]


class ProfileTrace(NamedTuple):
    """What a meter saw of the profiled inference. `op_begins_us`: since the first op began, by the device."""

    trace: ReducedTrace
    op_begins_us: tuple[float, ...]


def layer_energies(trace: Trace | None, spans: Sequence[Span], mean_w: float) -> list[LayerEnergy]:
    """The energy of each op.

    The marker's first edge says when in the trace the first op began, the device's time stamps what came from there;
    the other edges, one between two ops each, must lie outside of all ops. Where they do not, and for ops that are too
    short for the meter, an op has its share of the time.

    Args:
        trace: of the profiled inference; None where the meter does not sample the marker.
        spans: of the ops, by the device.
        mean_w: power of the inferences that were metered as a whole.
    """
    by_time = [LayerEnergy(mean_w * (end_s - begin_s) * 1e6, "time") for begin_s, end_s in spans]
    begin_s = _first_op_s(trace, spans)
    if trace is None or begin_s is None:
        return by_time
    shift_s, least_s = begin_s - spans[0][0], LEAST_SAMPLES / trace.pieces[0].rate_hz
    return [
        LayerEnergy(trace.energy_j(begin + shift_s, end + shift_s) * 1e6, "marker") if end - begin >= least_s else split
        for (begin, end), split in zip(spans, by_time, strict=True)
    ]


def profile_trace(trace: Trace | None, spans: Sequence[Span]) -> ProfileTrace | None:
    """The trace around the ops; None where it does not tell when they began."""
    begin_s = _first_op_s(trace, spans)
    if trace is None or begin_s is None:
        return None
    first_s, last_s = spans[0][0], spans[-1][1]
    op_begins_us = tuple(round((op_begin_s - first_s) * 1e6, 3) for op_begin_s, _ in spans)
    end_s, margin_s = begin_s + last_s - first_s, MARGIN * (last_s - first_s)
    around = trace.between(begin_s - margin_s, end_s + margin_s)
    return ProfileTrace(reduced(around, Window(begin_s, end_s)), op_begins_us)


def _first_op_s(trace: Trace | None, spans: Sequence[Span]) -> float | None:
    """When the first op began, on the trace's clock; None where there is no trace, or it does not tell."""
    edges = trace.edges() if trace else []
    if trace is None or not edges or not edges[0].rising or not spans or trace.saturated or len(trace.pieces) > 1:
        return None
    shift_s, samples_s = edges[0].time_s - spans[0][0], 2 / trace.pieces[0].rate_hz

    def is_inside_an_op(edge: Edge) -> bool:
        slack_s = samples_s + EDGE_TOLERANCE * (edge.time_s - edges[0].time_s)
        return any(begin_s + slack_s < edge.time_s - shift_s < end_s - slack_s for begin_s, end_s in spans)

    return None if any(map(is_inside_an_op, edges)) else edges[0].time_s
