"""Energy from a time and a datasheet's current."""

from __future__ import annotations

import pytest

from harness.config import EnergyModel
from harness.measure.energy import energy_uj

MODEL = EnergyModel(name="a datasheet", supply_v=3.0, run_ua_per_mhz=100.0, sleep_ua=2.0)


def test_energy_is_voltage_times_current_times_time() -> None:
    # 3 V x 8 mA x 10 ms = 240 uJ
    assert energy_uj(MODEL, clock_hz=80_000_000, latency_us=10_000.0) == pytest.approx(240.0)


def test_half_the_clock_for_twice_the_time_is_the_same_energy() -> None:
    assert energy_uj(MODEL, 40_000_000, 20_000.0) == pytest.approx(energy_uj(MODEL, 80_000_000, 10_000.0))


def test_reads_from_flash_count_where_the_model_has_their_energy() -> None:
    dear = EnergyModel(name="a paper", supply_v=3.0, run_ua_per_mhz=100.0, sleep_ua=2.0, flash_read_nj=0.5)
    assert energy_uj(MODEL, 80_000_000, 10_000.0, flash_reads=4_000) == pytest.approx(240.0)
    assert energy_uj(dear, 80_000_000, 10_000.0, flash_reads=4_000) == pytest.approx(242.0)
