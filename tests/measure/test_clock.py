"""Ticks to instructions: exact for any count, and refused where the timer cannot count them."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config import load_boards
from harness.errors import TargetError
from harness.link.messages import SelfCheck
from harness.measure.clock import Clock, calibrated_clock
from harness.measure.records import Provenance
from harness.paths import shipped_boards_file
from harness.target import make_target

BOARDS = load_boards([shipped_boards_file()])
TIMERS = {80_000_000: 4, 25_000_000: 6}  # of stm32l475 and mps2-an386: Hz to icount shift


def ticks_after(instructions: int, timer_hz: int, shift: int) -> int:
    """What a timer shows that started with the virtual clock: every begun tick counts (firmware/lib/cortex_m)."""
    return math.ceil(Fraction(instructions * (1 << shift) * timer_hz, 1_000_000_000))


@given(
    timer_hz=st.sampled_from(sorted(TIMERS)),
    begin=st.integers(0, 10**10),
    length=st.integers(0, 10**10),
    empty=st.integers(0, 20),
)
def test_a_region_costs_its_instructions_less_those_of_reading_the_timer(
    timer_hz: int, begin: int, length: int, empty: int
) -> None:
    shift = TIMERS[timer_hz]
    clock = Clock(timer_hz, shift, Provenance.EMULATED, ticks_after(empty, timer_hz, shift))
    cost = clock.cost(ticks_after(begin, timer_hz, shift), ticks_after(begin + length + empty, timer_hz, shift))
    assert cost.instructions is not None
    assert cost.instructions.value == length
    assert cost.latency_us is None


def test_a_timer_in_real_time_gives_microseconds() -> None:
    cost = Clock(1_000_000_000, None, Provenance.HOST, empty_ticks=500).cost(0, 2_500)
    assert cost.latency_us is not None
    assert cost.latency_us.value == 2.0
    assert cost.instructions is None


@pytest.mark.parametrize("board", ["stm32l475", "mps2-an386"])
def test_a_loop_of_known_length_is_checked_before_any_count_is_believed(board: str) -> None:
    target = make_target(BOARDS[board])
    timer_hz = BOARDS[board].clock_hz
    assert timer_hz is not None
    shift = TIMERS[timer_hz]
    good = SelfCheck(20_001, ticks_after(20_011, timer_hz, shift), ticks_after(10, timer_hz, shift))
    assert calibrated_clock(timer_hz, target, good).empty_ticks == good.empty_ticks
    doubled = SelfCheck(20_001, good.loop_ticks * 2, good.empty_ticks)
    with pytest.raises(TargetError, match="for a loop of 20001"):
        calibrated_clock(timer_hz, target, doubled)


def test_on_the_host_there_is_nothing_to_check() -> None:
    clock = calibrated_clock(1_000_000_000, make_target(BOARDS["native"]), SelfCheck(0, 30, 20))
    assert clock.provenance is Provenance.HOST
    assert clock.icount_shift is None
