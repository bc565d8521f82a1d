"""Current over time, as a power meter samples it, and what can be read off it: edges, windows, energy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_ROUNDING_S = 1e-7  # of float64 on a clock that has run for months; less than a sample of any meter


class Edge(NamedTuple):
    """The marker changes its level."""

    time_s: float
    rising: bool


class Window(NamedTuple):
    """The marker is high."""

    begin_s: float
    end_s: float


@dataclass(frozen=True)
class Samples:
    """Samples without a gap between them; sample i is the mean of begin_s + i / rate_hz to begin_s + (i + 1) / rate_hz.

    Attributes:
        begin_s: when the first sample begins, on the host's monotonic clock as well as the meter can tell.
        current_a: amperes, shape (n,), n at least 1.
        voltage_v: of the supply, all the time.
        marker: the marker's level in each sample, shape (n,); None where the meter does not sample it.
    """

    begin_s: float
    rate_hz: float
    current_a: NDArray[np.float64]
    voltage_v: float
    marker: NDArray[np.bool_] | None = None

    @property
    def end_s(self) -> float:
        return self.begin_s + len(self.current_a) / self.rate_hz

    @cached_property
    def _charge_c(self) -> NDArray[np.float64]:
        """Coulombs from the beginning to each boundary between samples, shape (n + 1,)."""
        return np.concatenate(([0.0], np.cumsum(self.current_a))) / self.rate_hz

    def energy_j(self, begin_s: float, end_s: float) -> float:
        """Of what was sampled between two times; of a sample that lies in part between them, that part."""
        boundaries = (np.array([begin_s, end_s]) - self.begin_s) * self.rate_hz
        charge_c = np.interp(boundaries, np.arange(len(self._charge_c)), self._charge_c)
        return float(charge_c[1] - charge_c[0]) * self.voltage_v

    def covered_s(self, begin_s: float, end_s: float) -> float:
        """How much of the time between two times was sampled."""
        return max(0.0, min(end_s, self.end_s) - max(begin_s, self.begin_s))

    def between(self, begin_s: float, end_s: float) -> Samples:
        """Those between two times, to the nearest sample; perhaps none."""
        first, last = (round((time_s - self.begin_s) * self.rate_hz) for time_s in (begin_s, end_s))
        kept = slice(max(first, 0), max(last, 0))
        marker = None if self.marker is None else self.marker[kept]
        return Samples(
            self.begin_s + kept.start / self.rate_hz, self.rate_hz, self.current_a[kept], self.voltage_v, marker
        )

    def edges(self) -> Iterator[Edge]:
        """The marker's changes, each at the boundary before the first sample with the new level."""
        if self.marker is not None:
            for index in np.flatnonzero(self.marker[1:] != self.marker[:-1]) + 1:
                yield Edge(self.begin_s + float(index) / self.rate_hz, bool(self.marker[index]))


@dataclass(frozen=True)
class Trace:
    """What a meter sampled from its start to its stop; where samples were lost, a gap lies between two pieces.

    Attributes:
        pieces: in the order of time; none where the meter sampled nothing.
        saturated: samples in which the current was beyond what the meter can measure.
        stand_in: whether it is of a stand-in for a meter.
    """

    pieces: tuple[Samples, ...]
    saturated: int
    stand_in: bool

    def between(self, begin_s: float, end_s: float) -> Trace:
        """What was sampled between two times, to the nearest sample."""
        pieces = (piece.between(begin_s, end_s) for piece in self.pieces)
        return replace(self, pieces=tuple(piece for piece in pieces if len(piece.current_a)))

    def edges(self) -> list[Edge]:
        """The marker's changes. One that fell into a gap is put where that window holds the whole gap."""
        return [edge for index in range(len(self.pieces)) for edge in self._edges_from_gap_to_gap(index)]

    def _edges_from_gap_to_gap(self, index: int) -> Iterator[Edge]:
        piece = self.pieces[index]
        if index > 0 and piece.marker is not None:
            before = self.pieces[index - 1]
            rises = bool(piece.marker[0])
            if before.marker is not None and bool(before.marker[-1]) != rises:
                yield Edge(before.end_s if rises else piece.begin_s, rises)
        yield from piece.edges()

    def windows(self) -> list[Window]:
        """From each rising edge to the falling edge after it; without those that began or ended unseen."""
        return [Window(rise.time_s, fall.time_s) for rise, fall in pairwise(self.edges()) if rise.rising]

    def energy_j(self, begin_s: float, end_s: float) -> float:
        """Joules between two times; nothing is added for gaps (`gap_s`) and nothing subtracted."""
        return sum(piece.energy_j(begin_s, end_s) for piece in self.pieces)

    def gap_s(self, begin_s: float, end_s: float) -> float:
        """How much of the time between two times was not sampled: energy is missing where it is not zero."""
        covered_s = sum(piece.covered_s(begin_s, end_s) for piece in self.pieces)
        gap_s = end_s - begin_s - covered_s
        return gap_s if gap_s > _ROUNDING_S else 0.0

    def mean_power_w(self, begin_s: float, end_s: float) -> float:
        """Watts, over what was sampled between two times.

        Raises:
            ValueError: nothing was.
        """
        covered_s = sum(piece.covered_s(begin_s, end_s) for piece in self.pieces)
        if covered_s == 0:
            raise ValueError(f"no sample between {begin_s} and {end_s} s")
        return self.energy_j(begin_s, end_s) / covered_s
