"""harness/measure/energy/meters/lpm01a.py: what words and stamps say, and a whole measurement."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.metering import VOLTAGE_V, WINDOW, Stage, metered

from harness.errors import MeterError
from harness.measure.energy.meters import lpm01a
from harness.measure.energy.meters.line import Chunk
from harness.measure.energy.meters.lpm01a import STAMP_OVERFLOW, Lpm01a, decode, samples_of
from harness.standin.meters.lpm01a import Lpm01aPlayer, encode
from harness.standin.meters.player import SOUND, Faults
from harness.standin.waveform import Segment

RATE_HZ = 100_000
ANSWER = b"PowerShield > ack start\r\n"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def stamp(word: int) -> bytes:
    return b"\xf0\xf3" + word.to_bytes(4, "big") + b"\x07\xff\xff"


def block(count: int) -> bytes:
    return b"\x52\xa0" * count


def test_a_word_is_a_mantissa_and_a_power_of_16() -> None:
    assert decode(np.array([0x52A0], np.uint16))[0] == pytest.approx(640.9e-6, rel=1e-3)  # UM2269's example


@given(st.floats(1e-9, 0.05))
def test_any_current_survives_its_word_but_for_half_a_step(current_a: float) -> None:
    decoded = decode(encode(np.array([current_a])))[0]
    assert decoded == pytest.approx(current_a, rel=1 / 500, abs=1e-13)


def test_samples_begin_behind_the_first_stamp() -> None:
    stream = ANSWER + stamp(5) + block(1000) + stamp(15) + block(10) + b"\xf0\xf4\xff\xff\r\nAcquisition completed"
    (samples,), saturated = samples_of([Chunk(1.0, ANSWER), Chunk(2.0, stream[len(ANSWER) :])], RATE_HZ, 3.3)
    assert (samples.begin_s, len(samples.current_a), samples.marker, saturated) == (2.0, 1010, None, 0)


@pytest.mark.parametrize(
    "between",
    [
        b"",
        b"\xf0\xf7\x0c\xe4\xff\xff",
        b"\xf0\xf2\xf0\xf3hello\xff\xff",
        b"\r\nPowerShield > ack stop\r\n",
    ],
)
def test_what_stands_between_samples_is_left_out(between: bytes) -> None:
    stream = stamp(0) + block(400) + between + block(600) + stamp(10) + block(1000)
    (samples,), _ = samples_of([Chunk(0.0, stream)], RATE_HZ, 3.3)
    assert samples.current_a.tolist() == pytest.approx([640.9e-6] * 2000, rel=1e-3)


def test_text_without_samples_is_none() -> None:
    text = b"PowerShield > ack stop\r\nAcquisition completed\r\nPowerShield > "
    assert samples_of([Chunk(0.0, text)], RATE_HZ, 3.3) == ((), 0)


@pytest.mark.parametrize(
    ("stream", "counts", "gap_s"),
    [
        (stamp(0) + block(700) + stamp(10) + block(1000), [700, 1000], 3e-3),
        (stamp(0) + block(999) + block(1)[:1] + stamp(10) + block(5), [5], 0.0),  # half a sample is lost: none is sure
        (stamp(0) + block(1000) + stamp(10 | STAMP_OVERFLOW) + block(5), [1000, 5], 1e-5),
    ],
)
def test_lost_samples_are_a_gap(stream: bytes, counts: list[int], gap_s: float) -> None:
    pieces, _ = samples_of([Chunk(0.0, stream)], RATE_HZ, 3.3)
    assert [len(piece.current_a) for piece in pieces] == counts
    if len(pieces) == 2:
        assert pieces[1].begin_s - pieces[0].end_s == pytest.approx(gap_s, abs=1e-9)


@given(st.binary(max_size=400))
def test_any_bytes_are_samples_or_none(data: bytes) -> None:
    samples_of([Chunk(0.0, data)], RATE_HZ, 3.3)


def test_a_window_begins_with_the_trace_and_has_its_true_energy(stage: Stage) -> None:
    with Lpm01aPlayer(stage) as player, Lpm01a(player.port) as meter:
        script, trace = metered(meter, player, stage)
    begin_s, end_s = script.bounds_s(WINDOW)
    first_s = trace.pieces[0].begin_s
    energy_j = trace.energy_j(first_s, first_s + end_s - begin_s)
    assert energy_j == pytest.approx(VOLTAGE_V * script.charge_c(begin_s, end_s), rel=0.005)
    assert trace.gap_s(first_s, first_s + end_s - begin_s) == 0
    assert (trace.edges(), trace.saturated, trace.stand_in) == ([], 0, True)


def test_a_marker_that_never_rises_leaves_nothing(stage: Stage) -> None:
    with Lpm01aPlayer(stage) as player, Lpm01a(player.port) as meter:
        meter.start(1000, VOLTAGE_V)
        assert meter.stop().pieces == ()


def test_an_acquisition_that_still_runs_is_stopped_first(stage: Stage) -> None:
    with Lpm01aPlayer(stage) as player:
        player.begin(RATE_HZ, time.monotonic())
        with Lpm01a(player.port) as meter:
            assert metered(meter, player, stage)[1].pieces


def test_a_rate_between_two_of_its_rates_is_the_faster(stage: Stage) -> None:
    with Lpm01aPlayer(stage) as player, Lpm01a(player.port) as meter:
        meter.start(11_000, VOLTAGE_V)
        script = stage.play([Segment(0.03, 1e-3), Segment(0.03, 2e-3, marker=True)])
        player.wait_for(lambda: player.sampled_until_s() > script.bounds_s(1)[1])
        assert meter.stop().pieces[0].rate_hz == 20_000


def test_dropped_samples_are_a_gap(stage: Stage) -> None:
    with Lpm01aPlayer(stage, Faults(drop=range(1500, 1700))) as player, Lpm01a(player.port) as meter:
        _, trace = metered(meter, player, stage)
    assert trace.gap_s(trace.pieces[0].begin_s, trace.pieces[-1].end_s) == pytest.approx(200 / RATE_HZ)


def test_an_overcurrent_ends_the_samples_and_is_counted(stage: Stage) -> None:
    burst = [Segment(0.02, 1e-3), Segment(0.02, 10e-3, marker=True), Segment(0.02, 0.06)]
    with Lpm01aPlayer(stage) as player, Lpm01a(player.port) as meter:
        meter.start(RATE_HZ, VOLTAGE_V)
        script = stage.play(burst)
        player.wait_for(lambda: player.sampling is None and time.monotonic() > script.bounds_s(2)[1])
        trace = meter.stop()
    assert trace.saturated == 1
    assert len(trace.pieces[0].current_a) == pytest.approx(2000, abs=2)


@pytest.mark.parametrize("voltage_v", [1.7, 3.4])
def test_a_voltage_that_it_cannot_give_is_refused(stage: Stage, voltage_v: float) -> None:
    with (
        Lpm01aPlayer(stage) as player,
        Lpm01a(player.port) as meter,
        pytest.raises(MeterError, match=r"1\.8 to 3\.3 V"),
    ):
        meter.power(voltage_v)


def test_another_voltage_than_asked_is_told(stage: Stage) -> None:
    with (
        Lpm01aPlayer(stage, Faults(voltage_error_v=-0.2)) as player,
        Lpm01a(player.port) as meter,
        pytest.raises(MeterError, match=r"the supply has 2\.80 V, not 3 V"),
    ):
        meter.power(3.0)


def test_a_refused_command_is_told_with_the_meters_words(stage: Stage) -> None:
    with (
        Lpm01aPlayer(stage, Faults(refuse_voltage=True)) as player,
        Lpm01a(player.port) as meter,
        pytest.raises(MeterError, match=r"refuses 'volt 3300m'.*error"),
    ):
        meter.power(VOLTAGE_V)


def test_what_does_not_answer_is_no_meter(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lpm01a, "_ANSWER_TIMEOUT_S", 0.1)
    with (
        Lpm01aPlayer(stage, Faults(mute=True)) as player,
        pytest.raises(MeterError, match=r"did not answer within 0\.1 s"),
    ):
        Lpm01a(player.port)


def test_a_meter_that_falls_silent_is_named(stage: Stage) -> None:
    with Lpm01aPlayer(stage) as player, Lpm01a(player.port) as meter:
        meter.start(RATE_HZ, VOLTAGE_V)
        player.faults = Faults(mute=True)
        with pytest.raises(MeterError, match="fell silent"):
            meter.stop()
        player.faults = SOUND
