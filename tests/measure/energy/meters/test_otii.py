"""harness/measure/energy/meters/otii.py: what recordings say, and a whole measurement."""

from __future__ import annotations

import socket
import time

import numpy as np
import pytest
from support.metering import VOLTAGE_V, WINDOW, Stage, metered

from harness.errors import MeterError
from harness.measure.energy.meters import otii
from harness.measure.energy.meters.otii import Level, Otii, marker_of, pieces_of
from harness.standin.meters.otii import DEVICE, OtiiPlayer
from harness.standin.meters.player import Faults
from harness.standin.waveform import Segment

RATE_HZ = 50_000


@pytest.fixture
def stage() -> Stage:
    return Stage()


def part(timestamp: float, values: list[float]) -> dict[str, object]:
    return {"data_type": "analog", "timestamp": timestamp, "interval": 0.001, "values": values}


def test_parts_that_follow_one_another_are_one_piece() -> None:
    pieces = pieces_of([part(0.0, [1.0, 2.0]), part(0.002, [3.0]), part(0.01, [4.0])], [], 100.0, 3.3)
    assert [(piece.begin_s, piece.current_a.tolist()) for piece in pieces] == [
        (100.0, [1.0, 2.0, 3.0]),
        (pytest.approx(100.01), [4.0]),
    ]
    assert pieces[0].rate_hz == pytest.approx(1000)


def test_before_the_first_known_level_the_marker_has_the_other() -> None:
    levels = [Level(0.2, True), Level(0.4, False)]
    assert marker_of(levels, np.array([0.1, 0.2, 0.3, 0.5])).tolist() == [False, True, True, False]
    assert marker_of([], np.array([0.1])).tolist() == [False]


def test_a_window_has_its_true_energy(stage: Stage) -> None:
    with OtiiPlayer(stage) as player, Otii(f"{player.port}/{DEVICE}") as meter:
        script, trace = metered(meter, player, stage)
    (window,) = trace.windows()
    begin_s, end_s = script.bounds_s(WINDOW)
    assert window.end_s - window.begin_s == pytest.approx(end_s - begin_s, abs=1.01 / RATE_HZ)
    assert trace.energy_j(*window) == pytest.approx(VOLTAGE_V * script.charge_c(begin_s, end_s), rel=0.005)
    assert (trace.gap_s(*window), trace.saturated, trace.stand_in) == (0, 0, True)


def test_dropped_samples_are_a_gap(stage: Stage) -> None:
    with OtiiPlayer(stage, Faults(drop=range(500, 600))) as player, Otii(player.port) as meter:
        _, trace = metered(meter, player, stage)
    assert trace.gap_s(trace.pieces[0].begin_s, trace.pieces[-1].end_s) == pytest.approx(100 / RATE_HZ)


def test_a_current_beyond_the_range_is_saturated(stage: Stage) -> None:
    with OtiiPlayer(stage) as player, Otii(player.port) as meter:
        _, trace = metered(meter, player, stage, [Segment(0.03, 6.0), Segment(0.02, 1e-3)])
    assert trace.saturated > 0


def test_another_rate_may_be_asked_for(stage: Stage) -> None:
    with OtiiPlayer(stage) as player, Otii(player.port) as meter:
        meter.start(10_000, VOLTAGE_V)
        sampled_s = time.monotonic() + 0.01
        player.wait_for(lambda: player.sampled_until_s() > sampled_s)
        assert meter.stop().pieces[0].rate_hz == pytest.approx(10_000)


def test_a_recording_without_samples_is_told(stage: Stage) -> None:
    with OtiiPlayer(stage, Faults(silent_from=0)) as player, Otii(player.port) as meter:
        meter.start(RATE_HZ, VOLTAGE_V)
        with pytest.raises(MeterError, match="recorded no mv"):
            meter.stop()


def test_a_meter_that_was_not_started_says_so(stage: Stage) -> None:
    with OtiiPlayer(stage) as player, Otii(player.port) as meter, pytest.raises(MeterError, match="not started"):
        meter.stop()


@pytest.mark.parametrize("voltage_v", [0.4, 26.0])
def test_a_voltage_that_it_cannot_give_is_refused(stage: Stage, voltage_v: float) -> None:
    with OtiiPlayer(stage) as player, Otii(player.port) as meter, pytest.raises(MeterError, match=r"0\.5 to 25 V"):
        meter.power(voltage_v)


def test_another_voltage_than_asked_is_told(stage: Stage) -> None:
    with (
        OtiiPlayer(stage, Faults(voltage_error_v=0.3)) as player,
        Otii(player.port) as meter,
        pytest.raises(MeterError, match=r"the supply has 3\.60 V, not 3\.3 V"),
    ):
        meter.power(VOLTAGE_V)


def test_the_servers_errors_are_told(stage: Stage) -> None:
    with (
        OtiiPlayer(stage, Faults(refuse_voltage=True)) as player,
        Otii(player.port) as meter,
        pytest.raises(MeterError, match=r"(?s)arc_set_main_voltage: Invalid key value.*Automation licence"),
    ):
        meter.power(VOLTAGE_V)


def test_a_device_that_is_not_there_is_named_beside_what_is(stage: Stage) -> None:
    with OtiiPlayer(stage) as player, pytest.raises(MeterError, match=f"0 devices are 'Arc1'; there is {DEVICE}"):
        Otii(f"{player.port}/Arc1")


def test_a_server_that_does_not_answer_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otii, "_ANSWER_TIMEOUT_S", 0.05)
    with (
        OtiiPlayer(stage, Faults(mute=True)) as player,
        pytest.raises(MeterError, match="does not answer: timed out"),
    ):
        Otii(player.port)


def test_no_server_says_what_to_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(MeterError, match=f"(?s)Otii at 127.0.0.1:{port}.*start the Otii program"):
        Otii(f"127.0.0.1:{port}")


def test_a_server_that_ends_is_named(stage: Stage) -> None:
    with OtiiPlayer(stage, Faults(vanish_at=1000)) as player, Otii(player.port) as meter:
        meter.start(RATE_HZ, VOLTAGE_V)
        player.join()
        with pytest.raises(MeterError, match="does not answer"):
            meter.stop()
