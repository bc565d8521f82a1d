"""Timer ticks of a device to the cost of what it did: instructions under QEMU, microseconds elsewhere."""

from __future__ import annotations

from msgspec import Struct

from harness.errors import TargetError
from harness.link.messages import SelfCheck
from harness.measure.records import Provenance, Quantity
from harness.target import Emulated, Target

LOOP_SLACK_INSTRUCTIONS = 8  # setting up the loop and reading the timer, compilers differ


class Cost(Struct, frozen=True):
    """The cost of one region: what the target can know, the other is None."""

    instructions: Quantity | None = None
    latency_us: Quantity | None = None


class Clock(Struct, frozen=True):
    """How a target's ticks are read.

    `icount_shift` is QEMU's: an instruction takes 2^shift ns of the virtual clock the timer runs on. None: the timer
    runs in real time, and `provenance` says on what.
    """

    timer_hz: int
    icount_shift: int | None
    provenance: Provenance
    empty_ticks: int = 0

    def cost(self, begin_ticks: int, end_ticks: int) -> Cost:
        """The cost between two timestamps of one timed window, less that of reading the timer."""
        if self.icount_shift is not None:
            count = (
                self._instructions(end_ticks) - self._instructions(begin_ticks) - self._instructions(self.empty_ticks)
            )
            return Cost(instructions=Quantity(max(count, 0), self.provenance))
        ticks = max(end_ticks - begin_ticks - self.empty_ticks, 0)
        return Cost(latency_us=Quantity(ticks * 1e6 / self.timer_hz, self.provenance))

    def _instructions(self, ticks: int) -> int:
        """Exact: the timer ticks more than once an instruction, so each tick count belongs to one instruction count."""
        assert self.icount_shift is not None
        ns_per_instruction = 1 << self.icount_shift
        return ticks * 1_000_000_000 // (self.timer_hz * ns_per_instruction)


def calibrated_clock(timer_hz: int, target: Target, check: SelfCheck) -> Clock:
    """The clock of a device on `target`, after its self-check: the cost of an empty region is taken off every region.

    Raises:
        TargetError: a loop of known length was not counted as that many instructions.
    """
    shift = target.icount_shift if isinstance(target, Emulated) else None
    clock = Clock(timer_hz, shift, Provenance(target.provenance), check.empty_ticks)
    counted = clock.cost(0, check.loop_ticks).instructions
    if counted is not None and abs(counted.value - check.loop_instructions) > LOOP_SLACK_INSTRUCTIONS:
        raise TargetError(
            f"the timer counts {counted.value} instructions for a loop of {check.loop_instructions}",
            "set icount_shift in boards.toml so that the timer ticks more than once an instruction",
        )
    return clock
