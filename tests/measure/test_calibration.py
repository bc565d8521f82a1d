"""The fit finds what the silicon does, whatever the noise around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config import EnergyModel
from harness.measure.calibration import Fit, Sample, fit_cycle_scale, fit_run_current

CLOCK_HZ = 80_000_000
MODEL = EnergyModel("a datasheet", supply_v=3.0, run_ua_per_mhz=100.0, sleep_ua=1.0)

scales = st.floats(0.5, 3.0)
currents = st.floats(20.0, 400.0)
cycles = st.lists(st.integers(1_000, 100_000_000), min_size=6, max_size=40)
noises = st.lists(st.floats(-0.05, 0.05), min_size=40, max_size=40)


def silicon(cycles: list[int], scale: float, current: float, noises: list[float]) -> list[Sample]:
    """What a chip with these properties gives, within 5%."""
    samples = []
    for count, noise in zip(cycles, noises, strict=False):
        latency_us = count / CLOCK_HZ * 1e6 * scale * (1 + noise)
        energy_uj = 3.0 * current * CLOCK_HZ / 1e6 * latency_us / 1e6 * (1 - noise)
        samples.append(Sample(count, 0, latency_us, energy_uj))
    return samples


@given(cycles, scales, currents)
def test_without_noise_the_truth_is_found(cycles: list[int], scale: float, current: float) -> None:
    samples = silicon(cycles, scale, current, [0.0] * 40)
    cycle_fit, current_fit = fit_cycle_scale(samples, CLOCK_HZ, 1.0), fit_run_current(samples, MODEL, CLOCK_HZ)
    assert cycle_fit.new == pytest.approx(scale, rel=1e-4)
    assert cycle_fit.new_error_percent < 0.01
    assert cycle_fit.old_error_percent == pytest.approx(100 * abs(1 / scale - 1), abs=0.01)
    assert current_fit is not None
    assert current_fit.new == pytest.approx(current, rel=1e-4)
    assert current_fit.old == 100.0


@given(cycles, scales, currents, noises)
def test_noise_moves_the_fit_by_no_more_than_its_size(
    cycles: list[int], scale: float, current: float, noises: list[float]
) -> None:
    samples = silicon(cycles, scale, current, noises)
    cycle_fit, current_fit = fit_cycle_scale(samples, CLOCK_HZ, 1.0), fit_run_current(samples, MODEL, CLOCK_HZ)
    assert cycle_fit.new == pytest.approx(scale, rel=0.051)
    assert cycle_fit.new_error_percent < 11
    assert current_fit is not None
    assert current_fit.new == pytest.approx(current, rel=0.051)


def test_reads_from_flash_are_taken_off_the_measured_energy() -> None:
    dear = EnergyModel("a paper", supply_v=3.0, run_ua_per_mhz=100.0, sleep_ua=1.0, flash_read_nj=0.5)
    # 3 V x 8 mA x 10 ms = 240 uJ, and 4,000 reads of 0.5 nJ
    fit = fit_run_current([Sample(800_000, 4_000, 10_000.0, 242.0)], dear, CLOCK_HZ)
    assert fit == Fit(100.0, 100.0, 1, pytest.approx(0.0), pytest.approx(0.0))


def test_energy_counts_at_the_voltage_that_it_was_measured_at() -> None:
    # 3.3 V x 8 mA x 10 ms
    fit = fit_run_current([Sample(800_000, 0, 10_000.0, 264.0, supply_v=3.3)], MODEL, CLOCK_HZ)
    assert fit is not None and fit.new == pytest.approx(100.0)


def test_without_a_meter_there_is_no_current() -> None:
    assert fit_run_current([Sample(800_000, 0, 10_000.0)], MODEL, CLOCK_HZ) is None
