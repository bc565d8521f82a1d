"""A timer that runs at another frequency than it says is refused, one that is late once is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.simulated_device import HELLO, SimulatedDevice
from support.simulated_line import Fault, SimulatedLine

from harness.errors import TargetError
from harness.link.client import Device
from harness.measure.frequency import TOLERANCE_PERCENT, check_frequency


def off_percent(clock_factor: float, inference_s: float = 0.005, delays_s: tuple[float, ...] = ()) -> float:
    """What the check finds of a board whose line delays pieces by `delays_s` once it is loaded."""
    hello = replace(HELLO, timer_hz=80_000_000, timer="DWT", board="stm32l475")
    line = SimulatedLine(SimulatedDevice(hello, inference_s=inference_s, clock_factor=clock_factor))
    device = Device(line, clock=line.clock)
    device.upload(b"model")
    device.load(b"model")
    line.fault(Fault(delay_s=delay_s) for delay_s in delays_s)
    return check_frequency(device, bytes(16), max(1, round(0.05 / inference_s)), line.clock)


@given(st.floats(0.05, 20.0), st.floats(1e-5, 0.3))
def test_a_clock_that_is_wrong_by_any_factor_is_refused(factor: float, inference_s: float) -> None:
    off = 100 * (factor - 1)
    assume(abs(abs(off) - TOLERANCE_PERCENT) > 0.1)
    if abs(off) < TOLERANCE_PERCENT:
        assert off_percent(factor, inference_s) == pytest.approx(off, abs=0.05)
    else:
        with pytest.raises(TargetError, match="not at 80 MHz"):
            off_percent(factor, inference_s)


def test_a_board_at_16_mhz_that_says_80_is_told_so() -> None:
    with pytest.raises(TargetError) as caught:
        off_percent(0.2)
    assert caught.value.cause == ("stm32l475: DWT runs at 16 MHz by this computer's clock, not at 80 MHz: -80.0 %")
    assert "clock_hz of boards.stm32l475" in caught.value.fix


@given(st.lists(st.floats(0, 0.003), max_size=12))
def test_a_line_that_is_a_little_late_does_not_matter(delays_s: list[float]) -> None:
    assert abs(off_percent(1.0, delays_s=tuple(delays_s))) <= TOLERANCE_PERCENT


def test_one_long_delay_costs_an_attempt() -> None:
    assert off_percent(1.0, delays_s=(0, 0, 0, 0, 0, 0, 0.4, 0)) == pytest.approx(0.0, abs=0.01)
