"""Jetperch's Joulescope JS220, through its own driver: measures what another supply gives, 1,000,000 times a second.

Topics, rates and the form of the streams are those of pyjoulescope_driver 2. The marker is on the JS220's input IN0.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.errors import MeterError, SetupError
from harness.measure.energy.meters.base import Meter
from harness.measure.energy.meters.line import SILENCE_S
from harness.measure.energy.trace import Samples, Trace

RATES_HZ = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
VOLTAGE_RANGE_V = (0.0, 15.0)
INPUT_LEVELS_MV = (1800, 2100, 2500, 2700, 3000, 3300, 3600, 5000)

_CURRENT, _VOLTAGE, _MARKER = "s/i", "s/v", "s/gpi/0"


class Part(NamedTuple):
    """Values of a stream without a gap.

    Attributes:
        sample_id: of the first value, in ticks of the instrument's clock.
        step: ticks from one value to the next.
        values: of current and voltage; levels of an input, a bit each, the first in the lowest.
    """

    sample_id: int
    step: int
    values: NDArray[Any]


class Js220(Meter):
    """A JS220. It supplies nothing: it stands in the wire from the board's supply.

    Args:
        port: its serial number, as printed on it.

    Raises:
        SetupError: its driver is not installed.
        MeterError: it is not there, or another program holds it.
    """

    kind = "js220"
    rates_hz = RATES_HZ
    has_marker = True

    def __init__(self, port: str) -> None:
        try:
            from pyjoulescope_driver import Driver
        except ImportError:
            raise SetupError(
                "pyjoulescope_driver is not installed, which a JS220 needs", "pip install 'tinyhil[js220]'"
            ) from None
        self.name = f"Joulescope JS220 {port}"
        self._driver = Driver()
        with contextlib.ExitStack() as failing:
            failing.callback(self._driver.finalize)
            self._device = self._find(port)
            with self._explained():
                self._driver.open(self._device)
            failing.pop_all()
        self._streams: dict[str, list[Part]] = {}
        self._clock_hz = 0
        self._started_s: float | None = None
        self._last_s = 0.0
        self._voltage_v = 0.0
        self._lock = threading.Lock()  # the driver has a thread of its own

    def power(self, voltage_v: float) -> None:
        """Nothing but a look at the voltage: the board has a supply of its own."""
        self.check_voltage(voltage_v, VOLTAGE_RANGE_V)

    def start(self, rate_hz: int, voltage_v: float) -> None:
        own_rate_hz = self.own_rate_hz(rate_hz)
        self.check_voltage(voltage_v, VOLTAGE_RANGE_V)
        self._voltage_v = voltage_v
        level_mv = min(INPUT_LEVELS_MV, key=lambda level: abs(level - 1000 * voltage_v))
        self._streams = {stream: [] for stream in (_CURRENT, _VOLTAGE, _MARKER)}
        with self._explained():
            self._publish("h/fs", own_rate_hz)
            self._publish("s/i/range/mode", "auto")
            self._publish("s/extio/voltage", level_mv)
            for stream in self._streams:
                self._driver.subscribe(f"{self._device}/{stream}/!data", "pub", self._take)
            self._started_s = time.monotonic()
            for stream in self._streams:
                self._publish(f"{stream}/ctrl", 1)

    def stop(self) -> Trace:
        if self._started_s is None:
            raise MeterError(f"{self.description} was not started", "call start before stop")
        stop_s, self._started_s = time.monotonic(), None
        with self._explained():
            for stream in self._streams:
                self._publish(f"{stream}/ctrl", 0)
                self._driver.unsubscribe(f"{self._device}/{stream}/!data", self._take)
        with self._lock:
            streams, self._streams = self._streams, {}
        if not streams[_CURRENT] or not streams[_VOLTAGE] or self._last_s < stop_s - SILENCE_S:
            raise MeterError(f"{self.description} fell silent", "unplug the meter and plug it in again")
        voltage_v = float(np.nanmean(np.concatenate([part.values for part in streams[_VOLTAGE]])))
        self.compare_voltage(voltage_v, self._voltage_v)
        parts = join(streams[_CURRENT])
        begin_s = self._last_s - (parts[-1].sample_id + len(parts[-1].values) * parts[-1].step) / self._clock_hz
        pieces = tuple(self._samples(part, streams[_MARKER], begin_s, voltage_v) for part in parts)
        saturated = sum(int(np.count_nonzero(~np.isfinite(part.values))) for part in parts)
        return Trace(pieces, saturated, self.stand_in)

    def close(self) -> None:
        if self._driver is not None:
            with contextlib.suppress(Exception):  # the driver's own, of an instrument that is gone
                self._driver.close(self._device)
            self._driver.finalize()
            self._driver = None

    def _samples(self, part: Part, marker: list[Part], begin_s: float, voltage_v: float) -> Samples:
        """Where the current is no number, beyond the ranges, the instrument measured none."""
        middles = part.sample_id + (np.arange(len(part.values), dtype=np.float64) + 0.5) * part.step
        return Samples(
            begin_s + part.sample_id / self._clock_hz,
            self._clock_hz / part.step,
            np.nan_to_num(part.values.astype(np.float64), posinf=0.0, neginf=0.0),
            voltage_v,
            levels_at(marker, middles),
        )

    def _find(self, port: str) -> str:
        """The driver's path of the instrument, `u/js220/<serial number>`."""
        paths = list(self._driver.device_paths())
        for path in paths:
            if path.casefold().endswith(f"js220/{port}".casefold()):
                return str(path)
        there = ", ".join(paths) or "none"
        raise MeterError(f"no {self.name}; there is {there}", "plug it in, or correct its port")

    def _publish(self, topic: str, value: Any) -> None:
        self._driver.publish(f"{self._device}/{topic}", value)

    def _take(self, topic: str, value: dict[str, Any]) -> None:
        """What the driver calls with a piece of a stream."""
        stream = topic.removeprefix(f"{self._device}/").removesuffix("/!data")
        part = Part(int(value["sample_id"]), int(value["decimate_factor"]), value["data"])
        with self._lock:
            if stream in self._streams:
                self._streams[stream].append(part)
                self._clock_hz = int(value["sample_rate"])
                if stream == _CURRENT:
                    self._last_s = time.monotonic()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, TimeoutError, OSError, ValueError) as error:
            raise MeterError(
                f"{self.description}: {error}", "end other programs that use it, and plug it in again"
            ) from None


def join(parts: list[Part]) -> list[Part]:
    """The same values, where each part that follows the one before without a gap is one with it."""
    joined: list[list[Part]] = []
    for part in parts:
        before = joined[-1][-1] if joined else None
        if before is not None and before.sample_id + len(before.values) * before.step == part.sample_id:
            joined[-1].append(part)
        else:
            joined.append([part])
    return [Part(run[0].sample_id, run[0].step, np.concatenate([part.values for part in run])) for run in joined]


def levels_at(parts: list[Part], ticks: NDArray[np.float64]) -> NDArray[np.bool_]:
    """An input's level at these ticks; low where it was not sampled."""
    levels = np.zeros(len(ticks), bool)
    for part in parts:
        bits = np.unpackbits(part.values, bitorder="little")
        index = np.floor((ticks - part.sample_id) / part.step).astype(np.int64)
        inside = (index >= 0) & (index < len(bits))
        levels[inside] = bits[index[inside]].astype(bool)
    return levels
