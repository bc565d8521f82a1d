"""Nordic's Power Profiler Kit II: 100,000 samples a second over USB, with eight logic inputs.

The protocol is not documented; what is used of it here are facts that Nordic's own program for it shows (its
repository pc-nrfconnect-ppk): numbers of commands, fields of a sample, the formula from a sample to a current.
Nordic's program also smooths the samples after a change of range; here they stay as measured.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from harness.errors import MeterError
from harness.measure.energy.meters.base import Meter
from harness.measure.energy.meters.line import SILENCE_S, Chunk, Line, port_name
from harness.measure.energy.trace import Samples, Trace

RATE_HZ = 100_000
VOLTAGE_RANGE_V = (0.8, 5.0)
MAX_CURRENT_A = 1.0
MARKER_BIT = 0  # the marker is on the logic input D0
COUNTER_PERIOD = 64

START, STOP, SWITCH_OUTPUT, SET_VOLTAGE, SET_MODE, GET_METADATA = 0x06, 0x07, 0x0C, 0x0D, 0x11, 0x19
SOURCE_METER = 2
RANGES = 5
VOLTS_PER_COUNT = 1.8 / 163_840  # of the converter's value with two bits more than a sample has: 1.8 V, gain 10

_SAMPLE_BYTES = 4
_ANSWER_TIMEOUT_S = 2.0
_WINDOW_SAMPLES = 1024
_SURE_SAMPLES = 4  # so many counters in a row are no accident
# Before a lost byte: the sample that a byte of the next completes, and what follows it where its counter seems right.
_MIXED_SAMPLES = 2
_DEFAULTS = {"R": (1031.64, 101.65, 10.15, 0.94, 0.043), "GI": (1.0,) * RANGES, "UG": (1.0,) * RANGES}
_METADATA_END = re.compile(rb"END")
_MODIFIER = re.compile(r"^([A-Z]+)([0-4]): *([-+.0-9eE]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Calibration:
    """What the kit's metadata say of each of its five ranges; arrays of shape (5,).

    Attributes:
        r: ohms of the shunt.
        o: counts at no current.
        gs, gi: gain, of the square (1/A) and linear.
        s, i: amperes to add, for each volt of the supply and in all.
        ug: a gain that the user set.
    """

    r: NDArray[np.float64]
    o: NDArray[np.float64]
    gs: NDArray[np.float64]
    gi: NDArray[np.float64]
    s: NDArray[np.float64]
    i: NDArray[np.float64]
    ug: NDArray[np.float64]

    @classmethod
    def parse(cls, metadata: str) -> Self:
        """Of the metadata's lines "R0: 1031.64"; an uncalibrated kit writes nan or zeros, and has the defaults."""
        found = {(name, int(index)): float(value) for name, index, value in _MODIFIER.findall(metadata)}

        def column(name: str) -> NDArray[np.float64]:
            defaults = _DEFAULTS.get(name, (0.0,) * RANGES)
            return np.array([found.get((name, index)) or default for index, default in enumerate(defaults)])

        return cls(*(column(name) for name in ("R", "O", "GS", "GI", "S", "I", "UG")))

    def current_a(self, adc: NDArray[np.int64], ranges: NDArray[np.int64], voltage_v: float) -> NDArray[np.float64]:
        """Amperes of samples' 14-bit values and ranges."""
        ideal = (4 * adc - self.o[ranges]) * VOLTS_PER_COUNT / self.r[ranges]
        offset = self.s[ranges] * voltage_v + self.i[ranges]
        return np.asarray(self.ug[ranges] * (ideal * (self.gs[ranges] * ideal + self.gi[ranges]) + offset))


class Run(NamedTuple):
    """Samples whose counters follow one another, and how many were lost before them."""

    lost: int
    words: NDArray[np.uint32]


def split_runs(data: bytes) -> list[Run]:
    """The runs of a stream of samples, which begins with a whole one; it may have lost samples, or single bytes.

    The counter has six bits: of more than 63 lost samples, the multiples of 64 are not seen. Around lost bytes, the
    words that may be made of two samples are left out.
    """
    runs: list[Run] = []
    begin, doubtful = 0, False
    while len(data) - begin >= _SAMPLE_BYTES:
        words = np.frombuffer(data, "<u4", min((len(data) - begin) // _SAMPLE_BYTES, _WINDOW_SAMPLES), begin)
        breaks = np.flatnonzero(_steps(words) != 1)
        run = words[: breaks[0] + 1] if len(breaks) else words
        if len(run) < _SURE_SAMPLES and begin + run.nbytes + _SAMPLE_BYTES * _SURE_SAMPLES <= len(data):
            begin += _byte_shift(data, begin) + _SAMPLE_BYTES
            doubtful = True
            continue
        if doubtful and runs:
            runs[-1] = Run(runs[-1].lost, runs[-1].words[:-_MIXED_SAMPLES])
        doubtful = False
        runs.append(Run(_lost(runs, run), run))
        begin += run.nbytes
    return runs


def _lost(runs: list[Run], run: NDArray[np.uint32]) -> int:
    """How many samples are missing between what there is and a further run."""
    before = next((earlier.words for earlier in reversed(runs) if len(earlier.words)), None)
    return 0 if before is None else int(_counters(run)[0] - _counters(before)[-1] - 1) % COUNTER_PERIOD


def _byte_shift(data: bytes, begin: int) -> int:
    """How many bytes behind `begin` a word begins that others follow; 0 where none does."""
    for shift in range(1, _SAMPLE_BYTES):
        words = np.frombuffer(data[begin + shift : begin + shift + _SAMPLE_BYTES * _SURE_SAMPLES], "<u4")
        if (_steps(words) == 1).all() and (_ranges(words) < RANGES).all():
            return shift
    return 0


def _counters(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    return (words.astype(np.int64) >> 18) % COUNTER_PERIOD


def _steps(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.diff(_counters(words)) % COUNTER_PERIOD


def _ranges(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    return (words.astype(np.int64) >> 14) & 7


def samples_of(chunks: Sequence[Chunk], calibration: Calibration, voltage_v: float) -> tuple[tuple[Samples, ...], int]:
    """The samples of a stream, and how many of them are saturated."""
    pieces: list[Samples] = []
    index, saturated = 0, 0
    begin_s = _begin_s(chunks)
    runs = [run for run in split_runs(b"".join(chunk.data for chunk in chunks)) if len(run.words)]
    starts = [position for position, run in enumerate(runs) if run.lost or position == 0]
    for first, end in pairwise([*starts, len(runs)]):
        words = np.concatenate([run.words for run in runs[first:end]])
        index += runs[first].lost
        ranges = np.minimum(_ranges(words), RANGES - 1)
        current_a = calibration.current_a(words.astype(np.int64) & 0x3FFF, ranges, voltage_v)
        marker = (words >> (24 + MARKER_BIT)) & 1 == 1
        pieces.append(Samples(begin_s + index / RATE_HZ, RATE_HZ, current_a, voltage_v, marker))
        saturated += int(np.count_nonzero(current_a >= MAX_CURRENT_A))
        index += len(words)
    return tuple(pieces), saturated


def _begin_s(chunks: Sequence[Chunk]) -> float:
    """When the first sample began: no chunk can have arrived before its last sample ended."""
    ends = np.cumsum([len(chunk.data) for chunk in chunks]) / _SAMPLE_BYTES / RATE_HZ
    return float(np.min(np.array([chunk.arrival_s for chunk in chunks]) - ends)) if chunks else 0.0


class Ppk2(Meter):
    """A PPK2 as a source meter: it supplies the board that it measures.

    Args:
        port: its USB serial number, or a path, or a URL as `Line` takes it.

    Raises:
        MeterError: it is not there, or another program holds it, or what is there does not answer as a PPK2.
    """

    kind = "ppk2"
    rates_hz = (RATE_HZ,)
    has_marker = True

    def __init__(self, port: str) -> None:
        self.name = f"PPK2 {port_name(port)}"
        self._line = Line(port, "PPK2", 115_200)
        with contextlib.ExitStack() as failing:
            failing.callback(self._line.close)
            self._line.write(bytes([STOP]))
            self._line.read_until_quiet()
            self._line.write(bytes([GET_METADATA]))
            metadata = self._line.read_until(_METADATA_END, _ANSWER_TIMEOUT_S).decode("ascii", "replace")
            failing.pop_all()
        self._calibration = Calibration.parse(metadata)
        self.stand_in = "stand-in" in metadata
        self._voltage_v = 0.0

    def power(self, voltage_v: float) -> None:
        self.check_voltage(voltage_v, VOLTAGE_RANGE_V)
        self._voltage_v = voltage_v
        self._line.write(bytes([SET_MODE, SOURCE_METER]))
        self._line.write(bytes([SET_VOLTAGE, *round(voltage_v * 1000).to_bytes(2, "big")]))
        self._line.write(bytes([SWITCH_OUTPUT, 1]))

    def start(self, rate_hz: int, voltage_v: float) -> None:
        self.own_rate_hz(rate_hz)  # or it is refused: there is one
        if voltage_v != self._voltage_v:
            self.power(voltage_v)
        self._line.drain()
        self._line.write(bytes([START]))

    def stop(self) -> Trace:
        stop_s = time.monotonic()
        self._line.write(bytes([STOP]))
        chunks = self._line.drained()
        if not chunks or chunks[-1].arrival_s < stop_s - SILENCE_S:
            raise MeterError(f"{self.description} fell silent", "unplug the meter and plug it in again")
        pieces, saturated = samples_of(chunks, self._calibration, self._voltage_v)
        return Trace(pieces, saturated, self.stand_in)

    def close(self) -> None:
        with contextlib.suppress(MeterError):
            self._line.write(bytes([STOP, SWITCH_OUTPUT, 0]))
        self._line.close()
