"""Windows in real time: long enough, equally many inferences in each, undisturbed ones alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.simulated_device import SimulatedDevice
from support.simulated_line import SimulatedLine

from harness.config import load_boards
from harness.errors import TargetError
from harness.link.client import Device
from harness.link.messages import MessageType
from harness.measure.clock import WRAPS, Clock, InstructionClock, RealTimeClock
from harness.measure.records import Provenance
from harness.measure.timing import MOST_INFERENCES, QUIET_ATTEMPTS, Stopwatch
from harness.paths import shipped_boards_file

BOARD = load_boards([shipped_boards_file()])["native"]
LEAST_S = RealTimeClock.least_window_s


def stopwatch_of(simulated: SimulatedDevice, clock: Clock | None = None) -> Stopwatch:
    line = SimulatedLine(simulated)
    device = Device(line, clock=line.clock)
    device.upload(b"model")
    device.load(b"model")
    real_time = RealTimeClock(simulated.hello.timer_hz, Provenance.MEASURED, 0)
    return Stopwatch(device, clock or real_time, BOARD, bytes(simulated.input_bytes))


@given(st.floats(1e-7, 2.0))
def test_a_window_lasts_long_enough_and_is_not_much_longer(inference_s: float) -> None:
    stopwatch = stopwatch_of(SimulatedDevice(inference_s=inference_s))
    count = stopwatch.inferences_lasting(LEAST_S)
    assert count * inference_s >= LEAST_S * 0.999
    assert count == 1 or (count - 1) * inference_s < LEAST_S * 1.06


def test_an_inference_shorter_than_a_tick_ends_the_trials() -> None:
    assert stopwatch_of(SimulatedDevice(inference_s=0.0)).inferences_lasting(LEAST_S) == MOST_INFERENCES


def test_a_window_gives_the_time_of_one_inference() -> None:
    stopwatch = stopwatch_of(SimulatedDevice(inference_s=0.001))
    windows = stopwatch.windows(64)
    assert len(windows) == RealTimeClock.default_windows
    assert {window.inferences for window in windows} == {64}
    for window in windows:
        assert window.cost.latency_us is not None
        assert window.cost.latency_us.value == pytest.approx(1000.0)
        assert window.cost.latency_us.provenance is Provenance.MEASURED
    assert len(stopwatch.windows(64, repeats=7)) == 7


def test_a_counting_clock_needs_one_inference_and_no_warm_up() -> None:
    simulated = SimulatedDevice()
    stopwatch = stopwatch_of(simulated, InstructionClock(80_000_000, 4, WRAPS["SysTick"], 0))
    per_window = stopwatch.inferences_lasting(stopwatch.clock.least_window_s)
    windows = stopwatch.windows(per_window)
    assert [window.inferences for window in windows] == [1, 1, 1]
    assert simulated.executed.count(MessageType.TIME) == 3


def test_a_disturbed_window_is_repeated_and_its_interrupts_are_told() -> None:
    simulated = SimulatedDevice(inference_s=0.001, interrupts=[2, 1, 0, 0, 3])
    windows = stopwatch_of(simulated).windows(8, repeats=3)
    assert [window.interrupts for window in windows] == [3, 0, 3]
    assert simulated.executed.count(MessageType.TIME) == 6


def test_a_line_that_is_never_quiet_is_an_error() -> None:
    simulated = SimulatedDevice(inference_s=0.001, interrupts=[1] * QUIET_ATTEMPTS)
    with pytest.raises(TargetError, match=f"interrupted {QUIET_ATTEMPTS} timed windows in a row\n  fix: look for"):
        stopwatch_of(simulated).windows(8)
