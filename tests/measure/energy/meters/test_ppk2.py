"""harness/measure/energy/meters/ppk2.py: what a sample says, what lost samples leave, and a whole measurement."""

from __future__ import annotations

import time
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.metering import VOLTAGE_V, WINDOW, Stage, metered

from harness.errors import MeterError
from harness.measure.energy.meters import ppk2
from harness.measure.energy.meters.line import SILENCE_S, Chunk
from harness.measure.energy.meters.ppk2 import Calibration, Ppk2, samples_of, split_runs
from harness.standin.meters.player import SOUND, Faults
from harness.standin.meters.ppk2 import METADATA, Ppk2Player, quantise
from harness.standin.waveform import Segment

CALIBRATION = Calibration.parse(METADATA)
# The steps are 43 nA to 0.8 mA, and widest at the smallest current of a range: 50 mA for the last.
RELATIVE_STEP = 0.02


def words(count: int, first: int = 0) -> np.ndarray:
    counters = np.arange(first, first + count) % 64
    return (counters << 18 | 2 << 14 | 1000).astype("<u4")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_sample_is_a_current_a_range_a_counter_and_the_logic_inputs() -> None:
    word = 1000 | 2 << 14 | 5 << 18 | 1 << 24  # 4 x 1000 counts over 10.15 ohm
    chunk = Chunk(10.0, int(word).to_bytes(4, "little"))
    (samples,), saturated = samples_of([chunk], Calibration.parse(""), 3.3)
    assert samples.current_a.tolist() == pytest.approx([4000 * 1.8 / 163_840 / 10.15])
    assert samples.marker is not None
    assert samples.marker.tolist() == [True]
    assert samples.end_s == pytest.approx(10.0)
    assert saturated == 0


def test_an_uncalibrated_kit_has_the_nominal_modifiers() -> None:
    calibration = Calibration.parse("R0: nan\nR1: 0.0000\nGI1: -nan\nO2: 64.6020\nEND")
    assert calibration.r.tolist() == [1031.64, 101.65, 10.15, 0.94, 0.043]
    assert calibration.gi.tolist() == [1.0] * 5
    assert calibration.o.tolist() == [0, 0, 64.602, 0, 0]


@given(st.floats(1e-6, 1.0), st.floats(0.8, 5.0))
def test_any_current_survives_its_sample_but_for_a_step_of_the_converter(current_a: float, voltage_v: float) -> None:
    packed = quantise(CALIBRATION, np.array([current_a]), voltage_v)
    adc, ranges = packed & 0x3FFF, packed >> 14
    around = [float(CALIBRATION.current_a(adc + step, ranges, voltage_v)[0]) for step in (-0.51, 0.51)]
    assert around[0] <= current_a <= around[1]
    assert around[1] - around[0] < max(RELATIVE_STEP * current_a, 1e-7)


@given(st.lists(st.tuples(st.integers(4, 3000), st.integers(1, 63)), min_size=1, max_size=5))
def test_lost_samples_leave_gaps_of_their_length(parts: list[tuple[int, int]]) -> None:
    """Each part is so many samples, and so many lost behind them."""
    ends = list(accumulate(kept + lost for kept, lost in parts))
    stream = b"".join(words(kept, end - kept - lost).tobytes() for end, (kept, lost) in zip(ends, parts, strict=True))
    pieces, _ = samples_of([Chunk(0.0, stream)], CALIBRATION, 3.3)
    assert [len(piece.current_a) for piece in pieces] == [kept for kept, _ in parts]
    gaps = [(after.begin_s - before.end_s) * ppk2.RATE_HZ for before, after in pairwise(pieces)]
    assert gaps == pytest.approx([lost for _, lost in parts[:-1]], abs=1e-3)


@given(st.integers(20, 400), st.integers(1, 3))
@example(255, 1)  # the top byte of a sample behind which the counter begins anew
def test_lost_bytes_cost_the_samples_that_they_were_of(place: int, lost: int) -> None:
    stream = words(200).tobytes()
    runs = split_runs(stream[:place] + stream[place + lost :])
    whole = np.concatenate([run.words for run in runs])
    assert np.isin(whole, words(200)).all()
    assert 200 - 4 <= len(whole) < 200
    assert len(whole) + sum(run.lost for run in runs) == 200


@given(st.binary(max_size=400))
def test_any_bytes_are_samples_or_none(data: bytes) -> None:
    samples_of([Chunk(0.0, data)], CALIBRATION, 3.3)


def test_a_window_has_its_true_energy(stage: Stage) -> None:
    with Ppk2Player(stage) as player, Ppk2(player.port) as meter:
        script, trace = metered(meter, player, stage)
    (window,) = trace.windows()
    begin_s, end_s = script.bounds_s(WINDOW)
    assert window.end_s - window.begin_s == pytest.approx(end_s - begin_s, abs=1.01 / ppk2.RATE_HZ)
    assert trace.energy_j(*window) == pytest.approx(VOLTAGE_V * script.charge_c(begin_s, end_s), rel=0.005)
    assert trace.gap_s(*window) == 0
    assert (trace.saturated, trace.stand_in) == (0, True)
    assert meter.description.endswith("(stand-in)")


def test_dropped_samples_are_a_gap(stage: Stage) -> None:
    with Ppk2Player(stage, Faults(drop=range(100, 140))) as player, Ppk2(player.port) as meter:
        _, trace = metered(meter, player, stage)
    assert len(trace.pieces) == 2
    assert trace.gap_s(trace.pieces[0].begin_s, trace.pieces[1].end_s) == pytest.approx(40 / ppk2.RATE_HZ)


def test_a_current_beyond_the_range_is_saturated(stage: Stage) -> None:
    with Ppk2Player(stage) as player, Ppk2(player.port) as meter:
        _, trace = metered(meter, player, stage, [Segment(0.03, 1.5), Segment(0.02, 1e-3)])
    assert trace.saturated > 0


def test_a_kit_that_still_samples_is_stopped_first(stage: Stage) -> None:
    with Ppk2Player(stage) as player:
        player.begin(ppk2.RATE_HZ, time.monotonic())
        with Ppk2(player.port) as meter:
            assert metered(meter, player, stage)[1].windows()


def test_the_start_supplies_what_was_not_supplied_before(stage: Stage) -> None:
    with Ppk2Player(stage) as player, Ppk2(player.port) as meter:
        meter.start(1000, 1.8)
        sampled_s = time.monotonic() + 0.01
        player.wait_for(lambda: player.sampled_until_s() > sampled_s)
        trace = meter.stop()
    assert (player.mode, player.voltage_v) == (ppk2.SOURCE_METER, 1.8)
    assert trace.pieces[0].voltage_v == 1.8


@pytest.mark.parametrize("voltage_v", [0.7, 5.1])
def test_a_voltage_that_it_cannot_give_is_refused(stage: Stage, voltage_v: float) -> None:
    with Ppk2Player(stage) as player, Ppk2(player.port) as meter, pytest.raises(MeterError, match=r"0\.8 to 5 V"):
        meter.power(voltage_v)


def test_a_rate_that_it_cannot_sample_at_is_refused(stage: Stage) -> None:
    with Ppk2Player(stage) as player, Ppk2(player.port) as meter, pytest.raises(MeterError, match="100,000"):
        meter.start(200_000, VOLTAGE_V)


def test_what_does_not_answer_is_no_kit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppk2, "_ANSWER_TIMEOUT_S", 0.1)
    with Ppk2Player(stage, Faults(mute=True)) as player:
        with pytest.raises(MeterError, match=r"did not answer within 0\.1 s"):
            Ppk2(player.port)
        player.faults = SOUND
        Ppk2(player.port).close()  # the failure freed the port


def test_a_kit_that_falls_silent_is_named(stage: Stage) -> None:
    with Ppk2Player(stage, Faults(silent_from=2000)) as player, Ppk2(player.port) as meter:
        meter.start(ppk2.RATE_HZ, VOLTAGE_V)
        player.wait_for(lambda: player.sampling is not None and player.sampling.next > 2000)
        long_silent_s = time.monotonic() + SILENCE_S + 0.3
        player.wait_for(lambda: player.sampled_until_s() > long_silent_s)
        with pytest.raises(MeterError, match="fell silent"):
            meter.stop()


def test_a_kit_that_is_unplugged_is_named(stage: Stage) -> None:
    with Ppk2Player(stage, Faults(vanish_at=2000)) as player, Ppk2(player.port) as meter:
        meter.start(ppk2.RATE_HZ, VOLTAGE_V)
        player.join()
        with pytest.raises(MeterError, match=f"PPK2 at {player.port} is gone"):
            meter.stop()
