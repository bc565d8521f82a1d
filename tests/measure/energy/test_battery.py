"""Days on a battery."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.battery import Battery
from harness.config.numbers import rate
from harness.measure.energy import Idling, battery_days

CELL = Battery("cell", 240, "a test")
ASLEEP = Idling(supply_v=3.0, current_ua=2.0)


def test_hand_computed() -> None:
    """30 uJ at 3 V are 10 uC; once a second 10 uA in the mean, and 2 uA for the half of it that it sleeps."""
    days = battery_days(CELL, ASLEEP, rate("1/s"), latency_us=500_000, inference_uj=30)
    assert days == pytest.approx(240_000 / 11 / 24)


def test_asleep_all_the_time() -> None:
    assert battery_days(CELL, ASLEEP, rate("1/d"), 0.0, 0.0) == pytest.approx(240_000 / 2 / 24)


def test_a_board_that_is_too_slow_for_the_rate() -> None:
    assert battery_days(CELL, ASLEEP, rate("1/s"), 1_000_001, 30) is None
    assert battery_days(CELL, ASLEEP, rate("1/s"), 1_000_000, 30) == pytest.approx(240_000 / 10 / 24)


@given(latency=st.floats(0, 1e6), energy=st.floats(0, 1e9), more=st.floats(1e-3, 1e9))
def test_more_energy_is_fewer_days(latency: float, energy: float, more: float) -> None:
    days = battery_days(CELL, ASLEEP, rate("1/s"), latency, energy)
    fewer = battery_days(CELL, ASLEEP, rate("1/s"), latency, energy + more)
    assert days is not None and fewer is not None
    assert 0 < fewer <= days
