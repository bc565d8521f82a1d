"""A trace in so few points that a session keeps it and a page draws it."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from harness.measure.energy.trace import Trace, Window

MOST_POINTS = 2000
_DIGITS = 3  # behind the point: nanoseconds and nanowatts, finer than any meter


class ReducedTrace(Struct, frozen=True):
    """Power before, in and after a window. Times are microseconds since it began.

    Attributes:
        end_us: when it ended.
        rate_hz: of the trace's samples.
        samples: of the trace.
        samples_per_point: of a point whose time was sampled from begin to end; all of them last as long.
        edges_us: where the marker changed its level.
        time_us: when each point begins, in ascending order. Where nothing was sampled there is none.
        power_uw: mean of a point's samples.
        power_uw_min: the least of them.
        power_uw_max: the greatest.
    """

    end_us: float
    rate_hz: float
    samples: int
    samples_per_point: int
    edges_us: tuple[float, ...]
    time_us: tuple[float, ...]
    power_uw: tuple[float, ...]
    power_uw_min: tuple[float, ...]
    power_uw_max: tuple[float, ...]


def reduced(trace: Trace, window: Window) -> ReducedTrace:
    """At most MOST_POINTS points, which keep every peak: mean, least and greatest of as many samples each.

    Args:
        trace: with one piece or more.
        window: on the trace's clock.
    """
    first, rate_hz = trace.pieces[0].begin_s, trace.pieces[0].rate_hz
    power_uw = np.concatenate([piece.current_a * piece.voltage_v * 1e6 for piece in trace.pieces])
    places = np.concatenate(
        [round((piece.begin_s - first) * rate_hz) + np.arange(len(piece.current_a)) for piece in trace.pieces]
    )
    per_point = -(-(int(places[-1]) + 1) // MOST_POINTS)
    points = places // per_point
    starts = np.flatnonzero(np.diff(points, prepend=-1))
    return ReducedTrace(
        end_us=round((window.end_s - window.begin_s) * 1e6, _DIGITS),
        rate_hz=rate_hz,
        samples=len(power_uw),
        samples_per_point=per_point,
        edges_us=_rounded((np.array([edge.time_s for edge in trace.edges()]) - window.begin_s) * 1e6),
        time_us=_rounded((first - window.begin_s + points[starts] * per_point / rate_hz) * 1e6),
        power_uw=_rounded(np.add.reduceat(power_uw, starts) / np.diff(starts, append=len(power_uw))),
        power_uw_min=_rounded(np.minimum.reduceat(power_uw, starts)),
        power_uw_max=_rounded(np.maximum.reduceat(power_uw, starts)),
    )


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(values.round(_DIGITS).tolist())
