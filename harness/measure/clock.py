"""Timer ticks of a device to the cost of what it did: instructions under QEMU, microseconds elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from harness.config.defaults import EMULATED_WINDOWS, REAL_TIME_WINDOWS
from harness.errors import TargetError
from harness.link.messages import Hello, SelfCheck
from harness.measure.costs import Cost
from harness.measure.records import Provenance, Quantity
from harness.target import Target

_NS_PER_S = 1_000_000_000
_SELF_CHECKS = 5
_LOOP_SLACK_INSTRUCTIONS = 8  # the call of the loop and its return


class Clock(ABC):
    """How a target's ticks are read.

    Attributes:
        default_windows: how many windows are timed unless somebody asks for another number.
        least_window_s: how long each must be for the ticks to be a good measure; 0: one inference will do.
    """

    default_windows: ClassVar[int]
    least_window_s: ClassVar[float]

    @property
    @abstractmethod
    def is_an_oscillator(self) -> bool:
        """Whether it is one of the board's own, which may run at another frequency than it says."""

    @abstractmethod
    def cost(self, begin_ticks: int, end_ticks: int) -> Cost:
        """The cost between two timestamps of one timed window, less that of reading the timer."""


@dataclass(frozen=True)
class RealTimeClock(Clock):
    """A timer that runs in real time; `provenance` says on what. `empty_ticks`: those of an empty region."""

    default_windows = REAL_TIME_WINDOWS
    least_window_s = 0.05

    timer_hz: int
    provenance: Provenance
    empty_ticks: int

    @property
    def is_an_oscillator(self) -> bool:
        return self.provenance is not Provenance.HOST

    def cost(self, begin_ticks: int, end_ticks: int) -> Cost:
        ticks = max(end_ticks - begin_ticks - self.empty_ticks, 0)
        return Cost(latency_us=Quantity(ticks * 1e6 / self.timer_hz, self.provenance))


@dataclass(frozen=True)
class Wrap:
    """What a timer's handler adds to a window: `instructions` at `first` and every `period` ticks from there."""

    first: int
    period: int
    instructions: int

    def count(self, ticks: int) -> int:
        """The wraps in the first `ticks` ticks."""
        return (ticks - self.first) // self.period + 1

    def handled_instructions(self, ticks: int) -> int:
        """Those of the handler in the first `ticks` ticks."""
        return self.count(ticks) * self.instructions


# By the name in HELLO; measured, see firmware/lib/cortex_m/systick.cpp and firmware/lib/board_nrf51/timer.cpp.
WRAPS = {"SysTick": Wrap(1 << 24, 1 << 24, 5), "TIMER0": Wrap(1 << 31, 1 << 32, 8)}
NO_WRAP = Wrap(1 << 64, 1 << 64, 0)


@dataclass(frozen=True)
class InstructionClock(Clock):
    """A timer on QEMU's virtual clock, where an instruction takes 2^`icount_shift` ns.

    Exact while a tick is shorter than an instruction: then each number of ticks belongs to one number of instructions.
    """

    default_windows = EMULATED_WINDOWS
    least_window_s = 0.0

    timer_hz: int
    icount_shift: int
    wrap: Wrap
    empty_ticks: int

    @property
    def is_an_oscillator(self) -> bool:
        return False  # QEMU's virtual clock, which the self-check compares with a loop of known length

    def cost(self, begin_ticks: int, end_ticks: int) -> Cost:
        count = self.instructions(end_ticks) - self.instructions(begin_ticks) - self.instructions(self.empty_ticks)
        return Cost(instructions=Quantity(max(count, 0), Provenance.EMULATED))

    def instructions(self, ticks: int) -> int:
        """Instructions since the timer was restarted.

        round((ticks + 1/2) · 10^9 / (timer_hz · 2^shift)) less those of the wraps: found by measurement, see
        firmware/lib/cortex_m/systick.cpp. QEMU wraps a timer after whole nanoseconds, so that each wrap comes a
        fraction of one too early.
        """
        per_instruction = self.timer_hz << self.icount_shift
        lost = self.wrap.count(ticks) * (self.wrap.period * _NS_PER_S % self.timer_hz)
        elapsed = ((2 * ticks + 1) * _NS_PER_S - 2 * lost + per_instruction) // (2 * per_instruction)
        return elapsed - self.wrap.handled_instructions(ticks)


def best_self_check(self_check: Callable[[], SelfCheck]) -> SelfCheck:
    """The one of several whose empty region is shortest: one that the host interrupted can be longer than a layer."""
    return min((self_check() for _ in range(_SELF_CHECKS)), key=lambda check: check.empty_ticks)


def calibrated_clock(hello: Hello, target: Target, check: SelfCheck) -> Clock:
    """The clock of a device on `target`, after its self-check: the cost of an empty region is taken off every region.

    Raises:
        TargetError: the timer cannot count instructions, or did not count a loop of known length right.
    """
    shift = target.icount_shift
    if shift is None:
        return RealTimeClock(hello.timer_hz, Provenance(target.provenance), check.empty_ticks)
    if hello.timer_hz << shift < _NS_PER_S:
        raise TargetError(
            f"{hello.timer} ticks less than once an instruction ({hello.timer_hz} Hz)",
            f"raise icount_shift in boards.toml; it is {shift}",
        )
    wrap = WRAPS.get(hello.timer, NO_WRAP)
    clock = InstructionClock(hello.timer_hz, shift, wrap, check.empty_ticks)
    counted = clock.instructions(check.loop_ticks) - clock.instructions(check.empty_ticks)
    if abs(counted - check.loop_instructions) > _LOOP_SLACK_INSTRUCTIONS:
        raise TargetError(
            f"{hello.timer} counts {counted} instructions for a loop of {check.loop_instructions}",
            "correct icount_shift or the emulated machine in boards.toml",
        )
    return clock
