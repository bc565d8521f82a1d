"""harness/measure/energy/meters/js220.py, on a driver that plays streams. No JS220 was measured with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.errors import MeterError, SetupError
from harness.measure.energy.meters.js220 import Js220, Part, join, levels_at

CLOCK_HZ = 2_000_000
STEP = 2
DEVICE = "u/js220/000415"


class PlayedDriver:
    """The driver's interface, with one instrument: it gives 3.3 V, and the current that it is told."""

    def __init__(self) -> None:
        self.published: dict[str, Any] = {}
        self.subscribers: dict[str, Callable[[str, dict[str, Any]], None]] = {}
        self.voltage_v = 3.3
        self.finalized = False

    def device_paths(self) -> list[str]:
        return [DEVICE]

    def open(self, device: str) -> None:
        assert device == DEVICE

    def close(self, device: str) -> None:
        pass

    def finalize(self) -> None:
        self.finalized = True

    def publish(self, topic: str, value: Any) -> None:
        self.published[topic.removeprefix(f"{DEVICE}/")] = value

    def subscribe(self, topic: str, flags: str, call: Callable[[str, dict[str, Any]], None]) -> None:
        self.subscribers[topic] = call

    def unsubscribe(self, topic: str, call: Callable[[str, dict[str, Any]], None]) -> None:
        assert self.subscribers.pop(topic) == call

    def give(self, stream: str, sample_id: int, data: np.ndarray, step: int = STEP) -> None:
        topic = f"{DEVICE}/{stream}/!data"
        value = {"sample_id": sample_id, "sample_rate": CLOCK_HZ, "decimate_factor": step, "data": data}
        self.subscribers[topic](topic, value)

    def sample(self, first: int, current_a: list[float]) -> None:
        """So many samples of current and voltage, from the `first` on."""
        self.give("s/i", first * STEP, np.array(current_a, np.float32))
        self.give("s/v", first * STEP, np.full(len(current_a), self.voltage_v, np.float32))


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> PlayedDriver:
    played = PlayedDriver()
    monkeypatch.setitem(sys.modules, "pyjoulescope_driver", SimpleNamespace(Driver=lambda: played))
    return played


def test_a_trace_has_current_voltage_marker_and_gaps(driver: PlayedDriver) -> None:
    with Js220("000415") as meter:
        meter.start(600_000, 3.3)
        driver.sample(1000, [0.001] * 4)
        driver.sample(1004, [0.002] * 4)
        driver.sample(1010, [0.003] * 8)
        driver.give("s/gpi/0", 1000 * STEP, np.array([0b11110000, 0b00111111], np.uint8), step=1)
        trace = meter.stop()
    assert [piece.current_a.tolist() for piece in trace.pieces] == [
        pytest.approx([0.001] * 4 + [0.002] * 4),
        pytest.approx([0.003] * 8),
    ]
    assert trace.pieces[0].rate_hz == 1_000_000
    assert trace.pieces[0].voltage_v == pytest.approx(3.3)
    assert trace.pieces[1].begin_s - trace.pieces[0].end_s == pytest.approx(2e-6, abs=1e-8)
    ((begin_s, end_s),) = trace.windows()
    assert (begin_s - trace.pieces[0].begin_s, end_s - begin_s) == pytest.approx((2e-6, 5e-6), abs=1e-8)
    assert (trace.saturated, trace.stand_in) == (0, False)


def test_it_is_set_up_to_sample_and_stopped_afterwards(driver: PlayedDriver) -> None:
    with Js220("000415") as meter:
        meter.power(1.8)
        meter.start(60_000, 1.8)
        assert driver.published == {
            "h/fs": 100_000,
            "s/i/range/mode": "auto",
            "s/extio/voltage": 1800,
            "s/i/ctrl": 1,
            "s/v/ctrl": 1,
            "s/gpi/0/ctrl": 1,
        }
        driver.voltage_v = 1.79
        driver.sample(0, [0.001])
        meter.stop()
        assert (driver.published["s/i/ctrl"], driver.subscribers) == (0, {})
    assert driver.finalized


def test_a_current_that_is_no_number_is_saturated(driver: PlayedDriver) -> None:
    with Js220("000415") as meter:
        meter.start(1_000_000, 3.3)
        driver.sample(0, [0.001, np.nan, np.nan])
        trace = meter.stop()
    assert trace.saturated == 2
    assert trace.pieces[0].current_a.tolist() == pytest.approx([0.001, 0, 0])


def test_another_voltage_than_told_is_an_error(driver: PlayedDriver) -> None:
    with Js220("000415") as meter:
        meter.start(1_000_000, 1.8)
        driver.sample(0, [0.001])
        with pytest.raises(MeterError, match=r"the supply has 3\.30 V, not 1\.8 V"):
            meter.stop()


def test_an_instrument_that_sends_nothing_is_named(driver: PlayedDriver) -> None:
    with Js220("000415") as meter:
        with pytest.raises(MeterError, match="not started"):
            meter.stop()
        meter.start(1_000_000, 3.3)
        with pytest.raises(MeterError, match="JS220 000415 fell silent"):
            meter.stop()


def test_another_instrument_than_asked_for_is_named(driver: PlayedDriver) -> None:
    with pytest.raises(MeterError, match=f"no Joulescope JS220 000416; there is {DEVICE}"):
        Js220("000416")
    assert driver.finalized


def test_one_that_another_program_holds_is_told(driver: PlayedDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(device: str) -> None:
        raise RuntimeError("jsdrv_open failed: IN_USE")

    monkeypatch.setattr(driver, "open", refuse)
    with pytest.raises(MeterError, match=r"(?s)IN_USE.*end other programs"):
        Js220("000415")


def test_without_its_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyjoulescope_driver", None)
    with pytest.raises(SetupError, match=r"tinyhil\[js220\]"):
        Js220("000415")


def test_the_real_driver_finds_no_instrument_that_is_not_there() -> None:
    with pytest.raises(MeterError, match="no Joulescope JS220 none-such"):
        Js220("none-such")


def test_parts_join_where_no_tick_is_missing() -> None:
    parts = [Part(0, 2, np.array([1.0])), Part(2, 2, np.array([2.0])), Part(6, 2, np.array([3.0]))]
    assert [(part.sample_id, part.values.tolist()) for part in join(parts)] == [(0, [1.0, 2.0]), (6, [3.0])]


def test_levels_are_low_where_they_were_not_sampled() -> None:
    parts = [Part(8, 1, np.array([0b00000101], np.uint8))]
    assert levels_at(parts, np.array([7.5, 8.5, 9.5, 10.5, 16.5])).tolist() == [False, True, False, True, False]
