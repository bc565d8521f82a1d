"""Ticks to instructions: exact for any count, and refused where the timer cannot count them."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.config import EmulatedTarget, load_boards
from harness.errors import TargetError
from harness.link.messages import Hello, SelfCheck
from harness.measure.clock import (
    NO_WRAP,
    WRAPS,
    Clock,
    InstructionClock,
    RealTimeClock,
    best_self_check,
    calibrated_clock,
)
from harness.measure.records import Provenance
from harness.paths import shipped_boards_file
from harness.target import Emulated, make_target

BOARDS = load_boards([shipped_boards_file()])
# What SysTick of emulated stm32l475 (80 MHz, shift 4) showed after 0, 1, 2, … NOPs; the first number is the overhead.
RECORDED_TICKS = (16, 17, 19, 20, 21, 23, 24, 25, 26, 28, 29, 30, 32)


def ticks_after(instructions: int, timer_hz: int, shift: int) -> int:
    """What a timer shows that was restarted `instructions` ago: whole ticks, a little ahead in phase."""
    phase = Fraction(4, 100)
    return math.floor(Fraction(instructions * (timer_hz << shift), 1_000_000_000) + phase)


def test_recorded_ticks_of_a_board_count_every_nop() -> None:
    clock = InstructionClock(80_000_000, 4, WRAPS["SysTick"], RECORDED_TICKS[0])
    counted = [clock.cost(0, ticks).instructions for ticks in RECORDED_TICKS]
    assert [quantity.value for quantity in counted if quantity] == list(range(len(RECORDED_TICKS)))


@given(
    timer=st.sampled_from([(80_000_000, 4), (25_000_000, 6), (20_000_000, 6), (32_000_000, 6), (16_000_000, 10)]),
    begin=st.integers(0, 10**10),
    length=st.integers(0, 10**10),
    empty=st.integers(0, 20),
)
def test_a_region_costs_its_instructions_less_those_of_reading_the_timer(
    timer: tuple[int, int], begin: int, length: int, empty: int
) -> None:
    clock = InstructionClock(*timer, NO_WRAP, ticks_after(empty, *timer))
    cost = clock.cost(ticks_after(begin, *timer), ticks_after(begin + length + empty, *timer))
    assert cost.instructions is not None
    assert cost.instructions.value == length
    assert cost.latency_us is None


def test_an_empty_region_that_the_host_interrupted_does_not_count() -> None:
    checks = iter([SelfCheck(20_001, 30_000, empty) for empty in (9_000, 12, 11, 4_000, 13)])
    assert best_self_check(lambda: next(checks)).empty_ticks == 11


def test_the_handler_of_a_wrap_is_no_part_of_a_region() -> None:
    wraps = 3
    handlers = wraps * WRAPS["SysTick"].instructions
    instructions = 40_000_000  # over three wraps of 2^24 ticks at 1.28 ticks an instruction
    clock = InstructionClock(80_000_000, 4, WRAPS["SysTick"], 0)
    assert clock.instructions(ticks_after(instructions + handlers, 80_000_000, 4)) == instructions


def test_a_timer_whose_period_is_no_whole_number_of_ns_does_not_drift() -> None:
    """SysTick at 120 MHz wraps after 139,810,133 1/3 ns, QEMU's after 139,810,133."""
    wrap, round_ns, instruction_ns = WRAPS["SysTick"], 139_810_133, 16
    clock = InstructionClock(120_000_000, 4, wrap, 0)
    for instructions in range(10_000_000, 10**9, 9_999_991):
        wraps, rest_ns = divmod(instructions * instruction_ns, round_ns)
        ticks = (wraps << 24) + rest_ns * 12 // 100
        assert clock.instructions(ticks) == instructions - wraps * wrap.instructions


def test_a_timer_in_real_time_gives_microseconds() -> None:
    cost = RealTimeClock(1_000_000_000, Provenance.HOST, empty_ticks=500).cost(0, 2_500)
    assert cost.latency_us is not None
    assert cost.latency_us.value == 2.0
    assert cost.instructions is None


def calibrated(shift: int, loop_ticks: int, empty_ticks: int) -> Clock:
    """The clock of stm32l475 after a self-check with these ticks."""
    hello = Hello(1, 1024, 4, 4096, 0, 0, 0, False, 80_000_000, "id", "stm32l475", "e", "1", "gcc", "SysTick")
    target = Emulated(replace(BOARDS["stm32l475"]), EmulatedTarget(machine="b-l475e-iot01a", icount_shift=shift))
    return calibrated_clock(hello, target, SelfCheck(20_001, loop_ticks, empty_ticks))


def test_a_loop_of_known_length_is_checked_before_any_count_is_believed() -> None:
    loop, empty = ticks_after(20_011, 80_000_000, 4), ticks_after(10, 80_000_000, 4)
    assert isinstance(calibrated(4, loop, empty), InstructionClock)
    with pytest.raises(TargetError, match="for a loop of 20001"):
        calibrated(4, 2 * loop, empty)
    with pytest.raises(TargetError, match="for a loop of 20001"):
        calibrated(5, loop, empty)


@pytest.mark.parametrize("shift", [0, 3])
def test_a_timer_that_skips_instructions_is_refused(shift: int) -> None:
    with pytest.raises(TargetError, match="less than once an instruction"):
        calibrated(shift, ticks_after(20_011, 80_000_000, shift), ticks_after(10, 80_000_000, shift))


def test_on_the_host_there_is_nothing_to_check() -> None:
    hello = Hello(1, 1024, 4, 4096, 0, 0, 0, True, 10**9, "id", "native", "e", "1", "gcc", "CLOCK_MONOTONIC")
    clock = calibrated_clock(hello, make_target(BOARDS["native"]), SelfCheck(0, 30, 20))
    assert isinstance(clock, RealTimeClock)
    assert clock.provenance is Provenance.HOST
