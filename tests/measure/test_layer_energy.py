"""Energy of layers: read off a trace whose edges agree with the device's time stamps, else split by time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.metering import Stage, metered

from harness.measure.energy.meters.ppk2 import Ppk2
from harness.measure.energy.trace import Samples, Trace
from harness.measure.layer_energy import LEAST_SAMPLES, Span, layer_energies, profile_trace
from harness.standin.meters.ppk2 import Ppk2Player
from harness.standin.waveform import Segment

RATE_HZ = 100_000
VOLTAGE_V = 3.0
QUIET_S = 0.01
MEAN_W = 0.02


def spans_of(durations_s: Sequence[float]) -> list[Span]:
    """Ops one after the other, as the device times them from its start."""
    return list(pairwise(accumulate(durations_s, initial=0.0001)))


def traced(spans: Sequence[Span], currents_a: Sequence[float], begin_s: float = 1000.0) -> Trace:
    """What a meter samples of such ops: the marker changes at every boundary."""
    bounds = np.array([spans[0][0], *(end for _, end in spans)]) - spans[0][0] + QUIET_S
    times = (np.arange(int((bounds[-1] + QUIET_S) * RATE_HZ)) + 0.5) / RATE_HZ
    op = np.searchsorted(bounds, times, side="right") - 1
    inside = (op >= 0) & (op < len(spans))
    current = np.where(inside, np.array([*currents_a, 0.0])[op.clip(0, len(spans))], 0.001)
    return Trace((Samples(begin_s, RATE_HZ, current, VOLTAGE_V, inside & (op % 2 == 0)),), 0, stand_in=False)


@given(
    st.lists(st.tuples(st.floats(LEAST_SAMPLES * 1.01 / RATE_HZ, 0.01), st.floats(0.001, 0.05)), min_size=1, max_size=9)
)
def test_ops_that_are_long_enough_have_the_energy_of_their_samples(ops: list[tuple[float, float]]) -> None:
    spans = spans_of([duration_s for duration_s, _ in ops])
    found = layer_energies(traced(spans, [current_a for _, current_a in ops]), spans, MEAN_W)
    assert {energy.by for energy in found} == {"marker"}
    greatest_a = max(current_a for _, current_a in ops)
    for energy, (duration_s, current_a) in zip(found, ops, strict=True):
        samples_off_uj = 2 * greatest_a * VOLTAGE_V / RATE_HZ * 1e6
        assert energy.energy_uj == pytest.approx(current_a * VOLTAGE_V * duration_s * 1e6, abs=samples_off_uj)


def test_an_op_that_is_too_short_has_its_share_of_the_time_the_others_are_read_off() -> None:
    spans = spans_of([0.004, 0.000002, 0.003])
    found = layer_energies(traced(spans, [0.010, 0.5, 0.020]), spans, MEAN_W)
    assert [energy.by for energy in found] == ["marker", "time", "marker"]
    assert [energy.energy_uj for energy in found] == pytest.approx([120.0, MEAN_W * 2, 180.0], rel=0.01)


def test_without_a_trace_energy_is_split_by_time() -> None:
    found = layer_energies(None, spans_of([0.001, 0.003]), MEAN_W)
    assert [(energy.energy_uj, energy.by) for energy in found] == [
        (pytest.approx(20.0), "time"),
        (pytest.approx(60.0), "time"),
    ]


def broken(trace: Trace, how: str) -> Trace:
    (samples,) = trace.pieces
    assert samples.marker is not None
    if how == "saturated":
        return Trace(trace.pieces, 3, stand_in=False)
    if how == "lost samples":
        later = Samples(samples.begin_s + 1.0, RATE_HZ, samples.current_a, VOLTAGE_V, samples.marker)
        return Trace((samples, later), 0, stand_in=False)
    marker = np.zeros_like(samples.marker) if how == "no marker" else samples.marker.copy()
    if how == "another's marker":
        middle_of_the_first_op = round((QUIET_S + 0.002) * RATE_HZ)
        marker[middle_of_the_first_op : middle_of_the_first_op + 50] = False
    return Trace((Samples(0.0, RATE_HZ, samples.current_a, VOLTAGE_V, marker),), 0, stand_in=False)


def test_the_picture_begins_with_the_first_op_and_has_all_ops_in_it() -> None:
    spans = spans_of([0.004, 0.001, 0.003])
    found = profile_trace(traced(spans, [0.010, 0.5, 0.020]), spans)
    assert found is not None
    assert found.op_begins_us == pytest.approx((0, 4000, 5000))
    assert found.trace.end_us == pytest.approx(8000)
    assert found.trace.edges_us == pytest.approx((0, 4000, 5000, 8000), abs=20)
    power_uw = dict(zip(found.trace.time_us, found.trace.power_uw, strict=True))
    assert {round(power) for us, power in power_uw.items() if 10 < us < 3980} == {30_000}
    assert (min(power_uw), max(power_uw)) == pytest.approx((-800, 8800), abs=20)


def test_a_meter_that_is_played_sees_ops_and_what_they_draw() -> None:
    spans, stage = spans_of([0.004, 0.002, 0.003]), Stage()
    ops = [Segment(0.004, 0.010, marker=True), Segment(0.002, 0.025), Segment(0.003, 0.015, marker=True)]
    with Ppk2Player(stage) as player, Ppk2(player.port) as meter:
        _, trace = metered(meter, player, stage, [Segment(0.02, 0.002), *ops, Segment(0.02, 0.002)])
    found = profile_trace(trace, spans)
    assert found is not None
    assert found.trace.edges_us == pytest.approx((0, 4000, 6000, 9000), abs=20)
    points_uw = dict(zip(found.trace.time_us, found.trace.power_uw, strict=True))
    for middle_us, current_a in ((2000, 0.010), (5000, 0.025), (7500, 0.015)):
        nearest_us = min(points_uw, key=lambda time_us: abs(time_us - middle_us))
        assert points_uw[nearest_us] == pytest.approx(current_a * 3.3e6, rel=0.01)


@pytest.mark.parametrize("how", ["saturated", "lost samples", "no marker", "another's marker"])
def test_a_trace_that_cannot_be_believed_is_not_used(how: str) -> None:
    spans = spans_of([0.004, 0.003])
    trace = broken(traced(spans, [0.01, 0.02]), how)
    found = layer_energies(trace, spans, MEAN_W)
    assert {energy.by for energy in found} == {"time"}
    assert profile_trace(trace, spans) is None


def test_a_marker_that_takes_its_time_between_two_ops_does_not_matter() -> None:
    """A write to a pin of an emulated board takes tens of microseconds, in which nothing is computed."""
    spans = [(0.0001, 0.0041), (0.0042, 0.0072), (0.0072, 0.0102)]
    found = layer_energies(traced(spans, [0.010, 0.020, 0.010]), spans, MEAN_W)
    assert [energy.by for energy in found] == ["marker"] * 3
    assert [energy.energy_uj for energy in found] == pytest.approx([120.0, 180.0, 90.0], rel=0.05)


def test_a_model_without_ops_has_no_energies() -> None:
    assert layer_energies(traced(spans_of([0.001]), [0.01]), [], MEAN_W) == []
