"""ST's X-NUCLEO-LPM01A: supplies a board with 1.8 to 3.3 V and up to 50 mA, and samples it 100,000 times a second.

Commands and formats are those that its firmware's help lists (ST's UM2269), records among the samples those that users
captured. The binary format serves every rate; the decimal one ends at 10 kHz. The board has no input that it samples:
an edge on its D7 (Arduino connector, behind a solder bridge) begins the acquisition, so a trace begins at the marker's
first edge, and has no marker.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from harness.errors import MeterError
from harness.measure.energy.meters.base import Meter
from harness.measure.energy.meters.line import Chunk, Line, port_name
from harness.measure.energy.trace import Samples, Trace

RATES_HZ = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
VOLTAGE_RANGE_V = (1.8, 3.3)
STAMP_OVERFLOW = 1 << 31  # in a stamp's milliseconds: samples were lost

_BAUD = 3_686_400
_ANSWER_TIMEOUT_S = 5.0  # a change of voltage calibrates first
_ANSWER = re.compile(rb"\b(ack|err)[^\r\n]*[\r\n]")
_VOLTAGE = re.compile(rb"ack volt get +(\d+)([-+]\d+)")
_COMPLETED = re.compile(rb"\xf0\xf4\xff\xff|Acquisition completed|ack stop")
_OVERCURRENT = b"\xf5"
# What stands between samples. Records: messages, stamps, ends, the voltage; no sample's first byte is 0xF?, so they are
# nowhere else. Answers to commands: their line ends would be samples of thousands of amperes.
_RECORD = rb"\xf0(?:\xf3(?P<stamp>....).|(?P<end>[\xf4\xf5])|\xf6|\xf7..|[\xf1\xf2].*?)\xff\xff"
_TEXT = rb"(?:\r\n)*PowerShield > [ -~]*[\r\n]*"
_METADATA = re.compile(_RECORD + b"|" + _TEXT, re.DOTALL)


def decode(words: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Amperes: 0x52A0 is 0x2A0 x 16^-5, 640.9 uA."""
    exponents = -(words >> 12).astype(np.float64)
    return np.asarray((words & 0xFFF) * 16.0**exponents)


def samples_of(chunks: Sequence[Chunk], rate_hz: int, voltage_v: float) -> tuple[tuple[Samples, ...], int]:
    """The samples of an acquisition, and 1 where a current beyond the range ended it, else 0.

    A stamp every 1,000 samples says, in whole milliseconds, when the sample behind it begins. Samples are missing
    where they are more than a millisecond fewer than that, or where the stamp says so.
    """
    data = b"".join(chunk.data for chunk in chunks)
    records = list(_METADATA.finditer(data))
    track = _Track(_first_arrival_s(chunks), rate_hz)
    for record, after in zip_longest(records, records[1:]):
        if record["end"]:
            return track.pieces(voltage_v), int(record["end"] == _OVERCURRENT)
        if record["stamp"]:
            track.stamp(int.from_bytes(record["stamp"], "big"))
        block = data[record.end() : after.start() if after else len(data)]
        words = np.frombuffer(block, ">u2", len(block) // 2)
        if len(block) % 2 == 0 and (words < 0xF000).all():
            track.add(decode(words))
    return track.pieces(voltage_v), 0


def _first_arrival_s(chunks: Sequence[Chunk]) -> float:
    """When the acquisition's first bytes came, behind the text that answers commands."""
    return next((chunk.arrival_s for chunk in chunks if max(chunk.data, default=0) >= 0xF0), 0.0)


class _Track:
    """Puts blocks of samples where their stamps say."""

    def __init__(self, begin_s: float, rate_hz: int) -> None:
        self._begin_s = begin_s
        self._rate_hz = rate_hz
        self._first_ms: int | None = None
        self._next = 0
        self._pieces: list[tuple[int, list[NDArray[np.float64]]]] = [(0, [])]

    def stamp(self, word: int) -> None:
        time_ms = word & (STAMP_OVERFLOW - 1)
        if self._first_ms is None:
            self._first_ms = time_ms
        index = round((time_ms - self._first_ms) * self._rate_hz / 1000)
        if word & STAMP_OVERFLOW or index > self._next + self._rate_hz / 1000:
            self._next = max(index, self._next + 1)
            self._pieces.append((self._next, []))

    def add(self, current_a: NDArray[np.float64]) -> None:
        if self._first_ms is not None:  # what comes before any stamp is text
            self._pieces[-1][1].append(current_a)
            self._next += len(current_a)

    def pieces(self, voltage_v: float) -> tuple[Samples, ...]:
        joined = [(index, np.concatenate([np.empty(0), *blocks])) for index, blocks in self._pieces]
        return tuple(
            Samples(self._begin_s + index / self._rate_hz, self._rate_hz, current_a, voltage_v)
            for index, current_a in joined
            if len(current_a)
        )


class Lpm01a(Meter):
    """An X-NUCLEO-LPM01A, controlled by this computer until it is closed.

    Args:
        port: its USB serial number, or a path, or a URL as `Line` takes it.

    Raises:
        MeterError: it is not there, or another program holds it, or what is there does not answer as an LPM01A.
    """

    kind = "lpm01a"
    rates_hz = RATES_HZ
    has_marker = False

    def __init__(self, port: str) -> None:
        self.name = f"X-NUCLEO-LPM01A {port_name(port)}"
        self._line = Line(port, "X-NUCLEO-LPM01A", _BAUD)
        with contextlib.ExitStack() as failing:
            failing.callback(self._line.close)
            self._line.write(b"\nstop\n")
            self._line.read_until_quiet()
            self._ask("htc")
            version = self._ask("version")
            failing.pop_all()
        self.stand_in = b"stand-in" in version
        self._voltage_v = 0.0
        self._rate_hz = self.max_rate_hz

    def power(self, voltage_v: float) -> None:
        self._set_voltage(voltage_v)
        self._ask("pwr on")

    def start(self, rate_hz: int, voltage_v: float) -> None:
        self._rate_hz = self.own_rate_hz(rate_hz)
        if voltage_v != self._voltage_v:
            self._set_voltage(voltage_v)
        frequency = f"{self._rate_hz // 1000}k" if self._rate_hz >= 1000 else str(self._rate_hz)
        for command in (
            "output current",
            "format bin_hexa",
            f"freq {frequency}",
            "acqmode dyn",
            "acqtime inf",
            "trigdelay 0",
            "trigsrc d7",
            "pwrend on",
            "start",
        ):
            self._ask(command)
        self._line.drain()

    def stop(self) -> Trace:
        self._line.write(b"stop\n")
        chunks = self._line.drained(_COMPLETED)
        if not _COMPLETED.search(b"".join(chunk.data for chunk in chunks)):
            raise MeterError(f"{self.description} fell silent", "unplug the meter and plug it in again")
        pieces, saturated = samples_of(chunks, self._rate_hz, self._voltage_v)
        return Trace(pieces, saturated, self.stand_in)

    def close(self) -> None:
        with contextlib.suppress(MeterError):
            self._line.write(b"stop\npwr off\nhrc\n")
        self._line.close()

    def _set_voltage(self, voltage_v: float) -> None:
        self.check_voltage(voltage_v, VOLTAGE_RANGE_V)
        self._ask(f"volt {round(voltage_v * 1000)}m")
        self._line.read_until_quiet()
        answer = _VOLTAGE.search(self._ask("volt get"))
        self._voltage_v = float(f"{int(answer[1])}e{int(answer[2])}") if answer else 0.0
        self.compare_voltage(self._voltage_v, voltage_v)

    def _ask(self, command: str) -> bytes:
        self._line.write(command.encode() + b"\n")
        data = self._line.read_until(_ANSWER, _ANSWER_TIMEOUT_S)
        if b"ack" not in data:
            raise MeterError(
                f"{self.description} refuses {command!r}: {data.decode('ascii', 'replace').strip()!r}",
                "see to the meter's own display; its manual is UM2243",
            )
        return data
