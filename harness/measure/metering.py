"""The energy of an inference: windows of their own, in which a power meter samples the board's current.

They are not the timed ones: their length suits the meter, the board rests after each for its idle power, and this
computer is busy with samples meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Generic, NamedTuple, TypeVar

from harness.link.client import Device
from harness.measure.energy.reduced import ReducedTrace, reduced
from harness.measure.energy.supply import Supply
from harness.measure.energy.trace import Trace
from harness.measure.energy.trace import Window as Span
from harness.measure.records import Provenance, Quantity
from harness.measure.timing import Stopwatch, Timed, quiet

T = TypeVar("T", bound=Timed)

LEAST_SAMPLES = 1000  # of a window: an edge is found to one sample
LEAD_S = 0.01  # before a window: its rising edge needs a sample before it
REST_S = 0.06  # after a window
ANSWER_S = 0.01  # of that: the answer's some 20 bytes leave at 115200 baud or faster
SPAN_TOLERANCE = 0.2  # between the marker's time and the device's own of a window: no other signal is so near

UNSEEN = "no marker that is high for as long as the inferences took: see its wiring in docs/hardware.md"
GAPS = "samples were lost"
SATURATED = "the current was beyond the meter's range"


class MeteredWindow(NamedTuple):
    """A window with a meter. Costs are those of one inference.

    Attributes:
        energy_uj: None where the meter does not tell when the window began and ended.
        idle_uw: mean power at rest after the window; None where nothing was sampled then.
        incomplete: why energy is missing; empty where none is.
        interrupts: of the serial line, in windows that were repeated for them.
        trace: from before the window until after it; None where `energy_uj` is.
    """

    inferences: int
    latency_us: float
    energy_uj: float | None
    idle_uw: float | None
    incomplete: str
    interrupts: int
    trace: ReducedTrace | None = None


@dataclass(frozen=True)
class Metered:
    """What a meter found of a model."""

    meter: str
    supply_v: float
    provenance: Provenance
    windows: Sequence[MeteredWindow]

    @property
    def median_index(self) -> int | None:
        """Which window tells the energy: the (lower) median of the complete ones; where none is, of those with gaps."""
        known = [(window.energy_uj, index) for index, window in enumerate(self.windows) if window.energy_uj is not None]
        complete = [(energy_uj, index) for energy_uj, index in known if not self.windows[index].incomplete]
        return median_low(complete or known)[1] if known else None

    @property
    def energy_uj(self) -> Quantity | None:
        """Of one inference, in the median window."""
        window = self._median_window
        return Quantity(window.energy_uj, self.provenance) if window and window.energy_uj is not None else None

    @property
    def mean_w(self) -> float | None:
        """Power of an inference, in the median window."""
        window = self._median_window
        return window.energy_uj / window.latency_us if window and window.energy_uj is not None else None

    @property
    def _median_window(self) -> MeteredWindow | None:
        return None if self.median_index is None else self.windows[self.median_index]

    @property
    def idle_uw(self) -> Quantity | None:
        """Power while the firmware waits for a request: the (lower) median."""
        known = [window.idle_uw for window in self.windows if window.idle_uw is not None]
        return Quantity(median_low(known), self.provenance) if known else None

    @property
    def incomplete(self) -> str:
        """In how many windows energy is missing, and why; empty where in none."""
        reasons = Counter(window.incomplete for window in self.windows if window.incomplete)
        return "; ".join(f"{count} of {len(self.windows)} windows: {why}" for why, count in reasons.items())


@dataclass(frozen=True)
class _Traced(Generic[T]):
    done: T
    trace: Trace

    @property
    def interrupts(self) -> int:
        return self.done.interrupts


def quiet_trace(device: Device, supply: Supply, measure: Callable[[], T]) -> tuple[T, Trace, int]:
    """A quiet window with the trace from before it until after it, and the interrupts of those before.

    Raises:
        MeterError: the meter is gone.
        TargetError: the line is never quiet.
    """

    def between_rests() -> T:
        device.rest(LEAD_S)
        done = measure()
        device.rest(REST_S)
        return done

    traced, interrupts = quiet(lambda: _Traced(*supply.traced(between_rests)))
    return traced.done, traced.trace, interrupts


def meter_inferences(stopwatch: Stopwatch, supply: Supply, board: Provenance, repeats: int | None = None) -> Metered:
    """Meter `repeats` windows; None: as many as are timed. `board` is how the board's own figures are obtained.

    Raises:
        MeterError: the meter is gone.
        TargetError: the line is never quiet.
    """
    least_s = max(stopwatch.clock.least_window_s, LEAST_SAMPLES / supply.rate_hz)
    inferences = stopwatch.inferences_lasting(least_s)
    count = repeats or stopwatch.clock.default_windows
    windows = tuple(_window(stopwatch, supply, inferences) for _ in range(count))
    provenance = Provenance.REHEARSED if supply.meter.stand_in else board
    return Metered(supply.meter.description, supply.voltage_v, provenance, windows)


def _window(stopwatch: Stopwatch, supply: Supply, inferences: int) -> MeteredWindow:
    device, vector = stopwatch.device, stopwatch.vector
    run, trace, interrupts = quiet_trace(device, supply, lambda: device.time(vector, inferences))
    seconds = stopwatch.seconds(run.ticks)
    span = (_marked if supply.meter.has_marker else _triggered)(trace, seconds)
    return MeteredWindow(
        inferences,
        latency_us=seconds * 1e6 / inferences,
        energy_uj=trace.energy_j(*span) * 1e6 / inferences if span else None,
        idle_uw=_idle_uw(trace, span) if span else None,
        incomplete=_lack(trace, span),
        interrupts=interrupts,
        trace=reduced(trace, span) if span else None,
    )


def _marked(trace: Trace, seconds: float) -> Span | None:
    """Between the marker's edges, where they lie as far apart as the device says."""
    spans = trace.windows()
    if len(spans) != 1:
        return None
    marked_s = spans[0].end_s - spans[0].begin_s
    slack_s = SPAN_TOLERANCE * seconds + 2 / trace.pieces[0].rate_hz
    return spans[0] if abs(marked_s - seconds) <= slack_s else None


def _triggered(trace: Trace, seconds: float) -> Span | None:
    """From the edge that began the trace on, as long as the device says."""
    if not trace.pieces:
        return None
    begin_s = trace.pieces[0].begin_s
    return Span(begin_s, begin_s + seconds)


def _lack(trace: Trace, span: Span | None) -> str:
    if trace.saturated:
        return SATURATED
    if len(trace.pieces) > 1 and (span is None or trace.gap_s(*span)):
        return GAPS
    if span is None:
        return UNSEEN
    return GAPS if trace.gap_s(*span) else ""


def _idle_uw(trace: Trace, span: Span) -> float | None:
    begin_s, end_s = span.end_s + ANSWER_S, trace.pieces[-1].end_s
    if end_s - begin_s <= trace.gap_s(begin_s, end_s):
        return None
    return trace.mean_power_w(begin_s, end_s) * 1e6
