"""The current that a board draws and the marker that it sets, over time: what a stand-in for a meter samples."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


class Waveform(Protocol):
    """Current and marker on `time.monotonic()`'s clock."""

    def known_until_s(self) -> float:
        """Up to when both are settled; what lies behind may still change."""

    def current_a(self, times_s: Times) -> NDArray[np.float64]:
        """Amperes at each of the times."""

    def marker(self, times_s: Times) -> NDArray[np.bool_]:
        """The marker's level at each of the times."""


@dataclass(frozen=True)
class Segment:
    """`level_a` for `duration_s`, with a sine of `ripple_a` amperes amplitude on it that begins at its zero."""

    duration_s: float
    level_a: float
    marker: bool = False
    ripple_a: float = 0.0
    ripple_hz: float = 0.0


@dataclass(frozen=True)
class Scripted:
    """Segments one after the other from `begin_s` on; before them the first one's level, after them the last one's.

    What lies outside of the segments has no ripple, and the marker of the segment beside it.
    """

    segments: Sequence[Segment]
    begin_s: float = field(default_factory=time.monotonic)

    def known_until_s(self) -> float:
        return math.inf

    def current_a(self, times_s: Times) -> NDArray[np.float64]:
        index, since_s = self._segments_at(times_s)
        angle = 2 * np.pi * self._column("ripple_hz")[index] * since_s
        inside = (since_s >= 0) & (since_s < self._column("duration_s")[index])
        ripple = np.where(inside, self._column("ripple_a")[index] * np.sin(angle), 0.0)
        return np.asarray(self._column("level_a")[index] + ripple)

    def marker(self, times_s: Times) -> NDArray[np.bool_]:
        return self._column("marker")[self._segments_at(times_s)[0]].astype(bool)

    def bounds_s(self, index: int) -> tuple[float, float]:
        """When a segment begins and ends."""
        ends = self.begin_s + np.cumsum(self._column("duration_s"))
        return float(ends[index] - self.segments[index].duration_s), float(ends[index])

    def charge_c(self, begin_s: float, end_s: float) -> float:
        """The exact integral of the current between two times, in coulombs."""
        return self._charge_until_c(end_s) - self._charge_until_c(begin_s)

    def _charge_until_c(self, time_s: float) -> float:
        """From `begin_s` on; negative before it."""
        charge_c = min(0.0, time_s - self.begin_s) * self.segments[0].level_a
        for index, segment in enumerate(self.segments):
            since_s = min(max(0.0, time_s - self.bounds_s(index)[0]), segment.duration_s)
            charge_c += segment.level_a * since_s
            if segment.ripple_hz:
                turn = 2 * np.pi * segment.ripple_hz
                charge_c += segment.ripple_a * (1 - float(np.cos(turn * since_s))) / turn
        return charge_c + max(0.0, time_s - self.bounds_s(-1)[1]) * self.segments[-1].level_a

    def _segments_at(self, times_s: Times) -> tuple[NDArray[np.intp], Times]:
        """The segment that each time lies in or beside, and the seconds since that began."""
        ends = self.begin_s + np.cumsum(self._column("duration_s"))
        index = np.minimum(np.searchsorted(ends, times_s, side="right"), len(ends) - 1)
        return index, times_s - (ends - self._column("duration_s"))[index]

    def _column(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(segment, name) for segment in self.segments], dtype=np.float64)
