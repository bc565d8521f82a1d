"""harness/standin/waveform.py: a script's current, marker and exact integral."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.standin.waveform import Scripted, Segment

SCRIPT = Scripted(
    [
        Segment(0.1, 2e-3),
        Segment(0.05, 20e-3, marker=True, ripple_a=1e-3, ripple_hz=730.0),
        Segment(0.02, 5e-6),
    ],
    begin_s=100.0,
)


def test_levels_and_marker_follow_the_segments() -> None:
    times = np.array([99.0, 100.05, 100.12, 100.16, 101.0])
    assert SCRIPT.current_a(times)[[0, 1, 3, 4]] == pytest.approx([2e-3, 2e-3, 5e-6, 5e-6])
    assert SCRIPT.marker(times).tolist() == [False, False, True, False, False]
    assert SCRIPT.bounds_s(1) == pytest.approx((100.1, 100.15))


@given(st.floats(99.9, 100.3), st.floats(0.001, 0.2))
def test_the_exact_integral_is_that_of_the_current(begin_s: float, duration_s: float) -> None:
    boundaries = np.linspace(begin_s, begin_s + duration_s, 20_001)
    middles = (boundaries[1:] + boundaries[:-1]) / 2
    by_samples = float(np.mean(SCRIPT.current_a(middles))) * duration_s
    assert SCRIPT.charge_c(begin_s, begin_s + duration_s) == pytest.approx(by_samples, rel=1e-3)
