"""Timed windows: how many, how long, and what becomes of those that the line disturbed.

On a clock that counts instructions a window is one inference: it is exact. In real time a window is as many inferences
as it takes to be long beside the resolution of the timer, and the first ones, which fill caches, are not counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from msgspec.structs import replace

from harness.config import Board
from harness.errors import TargetError
from harness.link.client import Device
from harness.measure.clock import Clock
from harness.measure.costs import Cost, check_instructions, modelled
from harness.measure.records import Quantity

QUIET_ATTEMPTS = 3
MOST_INFERENCES = 1_000_000  # of one TIME request
_MOST_GROWTH = 10  # of a window from one trial to the next: the first ones say little
_MARGIN = 1.05  # a window of a length that was aimed at exactly would fall short of it every other time


class Window(NamedTuple):
    """A quiet window. `cost` is that of one of its inferences.

    Attributes:
        interrupts: of the serial line, in windows that were repeated for them.
    """

    inferences: int
    cost: Cost
    interrupts: int


class Timed(Protocol):
    """What the device says of a window."""

    @property
    def interrupts(self) -> int: ...


T = TypeVar("T", bound=Timed)


def quiet(measure: Callable[[], T]) -> tuple[T, int]:
    """A window that no interrupt of the serial line disturbed, and the number of those in the ones before.

    Raises:
        TargetError: every one was disturbed.
    """
    interrupts = 0
    for _ in range(QUIET_ATTEMPTS):
        window = measure()
        if window.interrupts == 0:
            return window, interrupts
        interrupts += window.interrupts
    raise TargetError(
        f"the serial line interrupted {QUIET_ATTEMPTS} timed windows in a row", "look for another program on the line"
    )


@dataclass(frozen=True)
class Stopwatch:
    """Times the model that is loaded on `device`. Only the first inference of a window is on `vector`: an engine may
    overwrite its input.
    """

    device: Device
    clock: Clock
    board: Board
    vector: bytes

    def inferences_lasting(self, least_s: float) -> int:
        """How many inferences take `least_s` seconds or more, found by trial, which warms the device up."""
        if not least_s:
            return 1
        count = 1
        while count < MOST_INFERENCES and (lasted_s := self.seconds(self._ticks(count))) < least_s:
            growth = _MARGIN * least_s / max(lasted_s, least_s / _MOST_GROWTH)
            count = min(math.ceil(count * growth), MOST_INFERENCES)
        return count

    def windows(self, inferences: int, repeats: int | None = None) -> list[Window]:
        """`repeats` windows of so many `inferences`; None: as many windows as suit the clock.

        Raises:
            TargetError: the line is never quiet, or two counts of the instructions differ.
        """
        return [self._window(inferences) for _ in range(repeats or self.clock.default_windows)]

    def seconds(self, ticks: int) -> float:
        """How long a window of so many ticks lasted; endless where the clock counts instructions."""
        latency = self.clock.cost(0, ticks).latency_us
        return latency.value / 1e6 if latency else math.inf

    def _ticks(self, inferences: int) -> int:
        return self.device.time(self.vector, inferences).ticks

    def _window(self, inferences: int) -> Window:
        timed, interrupts = quiet(lambda: self.device.time(self.vector, inferences))
        cost, counters = each_of(self.clock.cost(0, timed.ticks), inferences), self.device.counters(0)
        check_instructions(cost, counters)
        return Window(inferences, modelled(self.board, cost, counters), interrupts)


def each_of(cost: Cost, inferences: int) -> Cost:
    """The cost of one of so many inferences, of a `cost` in time."""
    if cost.latency_us is None:
        return cost
    return replace(cost, latency_us=Quantity(cost.latency_us.value / inferences, cost.latency_us.provenance))
