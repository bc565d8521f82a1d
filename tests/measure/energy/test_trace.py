"""harness/measure/energy/trace.py: edges, windows, energy of parts of samples, gaps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.energy.trace import Edge, Samples, Trace, Window

RATE_HZ = 1000.0
VOLTAGE_V = 3.0


def piece(begin_s: float, current_a: list[float], marker: str = "") -> Samples:
    """Samples at 1 kHz and 3 V; `marker` as "_" and "#"."""
    levels = np.array([level == "#" for level in marker]) if marker else None
    return Samples(begin_s, RATE_HZ, np.array(current_a), VOLTAGE_V, levels)


def marked(*pieces: tuple[float, str]) -> Trace:
    return Trace(tuple(piece(begin_s, [1.0] * len(marker), marker) for begin_s, marker in pieces), 0, False)


def test_edges_lie_at_the_boundary_before_the_new_level() -> None:
    trace = marked((10.0, "__##_"))
    assert trace.edges() == [Edge(pytest.approx(10.002), True), Edge(pytest.approx(10.004), False)]
    assert trace.windows() == [Window(pytest.approx(10.002), pytest.approx(10.004))]


def test_windows_that_begin_or_end_unseen_are_left_out() -> None:
    assert marked((0.0, "##_##_##")).windows() == [Window(pytest.approx(0.003), pytest.approx(0.005))]


def test_a_meter_that_does_not_sample_the_marker_has_no_edges() -> None:
    assert Trace((piece(0.0, [1.0, 2.0]), piece(1.0, [1.0])), 0, False).edges() == []


@pytest.mark.parametrize(
    ("before", "after", "window"),
    [
        ("__", "##_", Window(0.002, 0.102)),  # the gap may be a part of the window
        ("_##", "__", Window(0.001, 0.100)),
        ("_#", "#_", Window(0.001, 0.101)),
    ],
)
def test_a_window_with_an_edge_in_a_gap_holds_the_whole_gap(before: str, after: str, window: Window) -> None:
    trace = marked((0.0, before), (0.1, after))
    assert trace.windows() == [pytest.approx(window)]
    assert trace.gap_s(*trace.windows()[0]) == pytest.approx(0.1 - len(before) / RATE_HZ)


def test_a_trace_between_two_times_has_the_samples_that_lie_there() -> None:
    trace = marked((10.0, "__##_"), (10.008, "_#"))
    part = trace.between(10.0012, 10.0083)
    assert [len(each.current_a) for each in part.pieces] == [4]
    assert part.pieces[0].begin_s == pytest.approx(10.001)
    assert [edge.time_s for edge in part.edges()] == pytest.approx([10.002, 10.004])
    assert trace.between(0.0, 20.0).edges() == trace.edges()
    assert trace.between(10.005, 10.008).pieces == ()


def test_energy_takes_a_part_of_the_samples_at_both_ends() -> None:
    trace = Trace((piece(5.0, [1.0, 2.0, 4.0]),), 0, False)
    assert trace.energy_j(5.0005, 5.00225) == pytest.approx(VOLTAGE_V * (0.5 * 1.0 + 1.0 * 2.0 + 0.25 * 4.0) / RATE_HZ)
    assert trace.mean_power_w(5.0005, 5.00225) == pytest.approx(VOLTAGE_V * 3.5 / 1.75)
    assert trace.gap_s(5.0005, 5.00225) == 0


def test_what_was_not_sampled_is_a_gap_and_adds_no_energy() -> None:
    trace = Trace((piece(0.0, [1.0, 1.0]), piece(0.005, [3.0, 3.0])), 0, False)
    assert trace.gap_s(0.001, 0.006) == pytest.approx(0.003)
    assert trace.energy_j(0.001, 0.006) == pytest.approx(VOLTAGE_V * (1.0 + 3.0) / RATE_HZ)
    assert trace.mean_power_w(0.001, 0.006) == pytest.approx(VOLTAGE_V * 2.0)
    assert trace.gap_s(-1.0, 8.0) == pytest.approx(9.0 - 0.004)


def test_there_is_no_mean_power_where_nothing_was_sampled() -> None:
    with pytest.raises(ValueError, match="no sample"):
        Trace((), 0, False).mean_power_w(0.0, 1.0)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=40),
    st.lists(st.floats(-0.01, 0.06), min_size=2, max_size=6).map(sorted),
    st.floats(0, 1e7),
)
def test_energies_of_adjoining_times_add_up(currents: list[float], cuts: list[float], uptime_s: float) -> None:
    trace = Trace((piece(uptime_s, currents),), 0, False)
    times = [uptime_s + cut for cut in cuts]
    parts = sum(trace.energy_j(begin_s, end_s) for begin_s, end_s in pairwise(times))
    assert parts == pytest.approx(trace.energy_j(times[0], times[-1]), abs=1e-9)
    whole = trace.energy_j(uptime_s - 1, uptime_s + 1)
    assert whole == pytest.approx(VOLTAGE_V * sum(currents) / RATE_HZ, abs=1e-9)
