"""A trace in few points: bounded, and no peak of it is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.measure.energy.reduced import MOST_POINTS, reduced
from harness.measure.energy.trace import Samples, Trace, Window

RATE_HZ = 100_000
VOLTAGE_V = 3.0
BEGIN_S = 1_000_000.0  # a computer that has run for days


def piece(current_a: NDArray[np.float64], begin_s: float = BEGIN_S) -> Samples:
    marker = np.arange(len(current_a)) % 1000 >= 500
    return Samples(begin_s, RATE_HZ, current_a, VOLTAGE_V, marker)


def trace_of(*pieces: Samples) -> Trace:
    return Trace(pieces, 0, stand_in=False)


@given(st.integers(1, 30_000), st.data())
def test_a_trace_of_any_length_is_bounded_and_keeps_its_peaks_and_its_charge(length: int, data: st.DataObject) -> None:
    current_a = np.full(length, 0.002)
    peak = data.draw(st.integers(0, length - 1))
    current_a[peak] = 0.5
    found = reduced(trace_of(piece(current_a)), Window(BEGIN_S, BEGIN_S + 0.01))
    assert len(found.time_us) <= MOST_POINTS
    assert found.samples == length
    assert max(found.power_uw_max) == pytest.approx(1.5e6)
    at = found.power_uw_max.index(max(found.power_uw_max))
    assert at == peak // found.samples_per_point
    assert found.time_us[at] == pytest.approx(at * found.samples_per_point * 10, abs=0.2)
    sizes = [min(found.samples_per_point, length - at * found.samples_per_point) for at in range(len(found.time_us))]
    whole_uw = np.dot(found.power_uw, sizes)
    assert whole_uw == pytest.approx(current_a.sum() * VOLTAGE_V * 1e6, rel=1e-6)


def test_few_samples_are_all_kept() -> None:
    found = reduced(trace_of(piece(np.array([0.001, 0.003, 0.002]))), Window(BEGIN_S + 1e-5, BEGIN_S + 3e-5))
    assert (found.samples_per_point, found.rate_hz) == (1, RATE_HZ)
    assert found.time_us == pytest.approx((-10, 0, 10), abs=0.001)
    assert found.end_us == pytest.approx(20, abs=0.001)
    assert found.power_uw == found.power_uw_min == found.power_uw_max == pytest.approx((3000, 9000, 6000))


def test_lost_samples_leave_a_hole() -> None:
    lossy = trace_of(piece(np.full(3000, 0.001)), piece(np.full(3000, 0.002), BEGIN_S + 0.06))
    found = reduced(lossy, Window(BEGIN_S, BEGIN_S + 0.09))
    assert found.samples_per_point == 5
    steps_us = np.diff(found.time_us)
    assert np.count_nonzero(steps_us > 50.001) == 1
    assert steps_us.max() == pytest.approx(30_050)
    assert len(found.time_us) == 1200


@given(st.lists(st.integers(1, 50), min_size=2, max_size=60))
def test_many_holes_make_no_more_points(lengths: list[int]) -> None:
    begins_s = BEGIN_S + np.cumsum([0, *lengths[:-1]]) * 100 / RATE_HZ
    pieces = [piece(np.full(length, 0.001), begin_s) for length, begin_s in zip(lengths, begins_s, strict=True)]
    found = reduced(trace_of(*pieces), Window(BEGIN_S, BEGIN_S + 1))
    assert len(found.time_us) <= MOST_POINTS
    assert all(np.diff(found.time_us) > 0)


def test_edges_are_those_of_the_marker() -> None:
    found = reduced(trace_of(piece(np.full(1600, 0.001))), Window(BEGIN_S + 0.005, BEGIN_S + 0.01))
    assert found.edges_us == pytest.approx((0, 5000, 10_000), abs=0.2)
    unseen = Samples(BEGIN_S, RATE_HZ, np.full(10, 0.001), VOLTAGE_V)
    assert reduced(trace_of(unseen), Window(BEGIN_S, BEGIN_S + 1e-4)).edges_us == ()
