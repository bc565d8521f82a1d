"""A meter of the simulated device: what its current is known to be, in the line's virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from support.simulated_line import SimulatedLine

from harness.errors import MeterError
from harness.measure.energy.meters import Meter
from harness.measure.energy.trace import Samples, Trace

VOLTAGE_V = 3.3
ACTIVE_A = 0.012
IDLE_A = 0.002
RATE_HZ = 10_000


@dataclass
class FakeMeter(Meter):
    """Draws `active_a` in a window, `idle_a` outside. `lost` says which samples of a trace are gone.

    Attributes:
        marker: whether the board's marker is wired to it.
        fails_after: traces before it is unplugged.
    """

    kind = "fake"
    rates_hz = (100, 500, 1000, RATE_HZ)
    has_marker = True

    line: SimulatedLine
    active_a: float = ACTIVE_A
    idle_a: float = IDLE_A
    marker: bool = True
    saturated: int = 0
    lost: slice = field(default_factory=lambda: slice(0, 0))
    fails_after: int = 1_000_000
    stand_in: bool = False
    calls: list[str] = field(default_factory=list)

    @property
    def description(self) -> str:
        return "a fake meter"

    def power(self, voltage_v: float) -> None:
        self.calls.append(f"power {voltage_v}")

    def start(self, rate_hz: int, voltage_v: float) -> None:
        self.calls.append("start")
        self._rate_hz, self._begin_s = rate_hz, self.line.now_s

    def stop(self) -> Trace:
        self.calls.append("stop")
        if self.calls.count("stop") > self.fails_after:
            raise MeterError("the fake meter is gone", "plug it in")
        begin_s = self._traced_from_s()
        if begin_s is None:
            return Trace((), self.saturated, self.stand_in)
        return Trace(tuple(self._pieces(begin_s)), self.saturated, self.stand_in)

    def close(self) -> None:
        self.calls.append("close")

    def _traced_from_s(self) -> float | None:
        if self.has_marker:
            return self._begin_s
        return next((begin_s for begin_s, _ in self.line.windows if self.marker and begin_s >= self._begin_s), None)

    def _pieces(self, begin_s: float) -> Iterator[Samples]:
        share = self._active_share(begin_s)
        current_a, marker = self.idle_a + share * (self.active_a - self.idle_a), (share >= 0.5) & self.marker
        for start, stop in ((0, self.lost.start), (self.lost.stop, len(share))):
            if start < min(stop, len(share)):
                since_s = begin_s + start / self._rate_hz
                level = marker[start:stop] if self.has_marker else None
                yield Samples(since_s, self._rate_hz, current_a[start:stop], VOLTAGE_V, level)

    def _active_share(self, begin_s: float) -> NDArray[np.float64]:
        """How much of each sample lies in a window."""
        starts = begin_s + np.arange(int((self.line.now_s - begin_s) * self._rate_hz)) / self._rate_hz
        share = np.zeros(len(starts))
        for window_begin_s, window_end_s in self.line.windows:
            covered = np.minimum(starts + 1 / self._rate_hz, window_end_s) - np.maximum(starts, window_begin_s)
            share += np.maximum(covered, 0) * self._rate_hz
        return share
