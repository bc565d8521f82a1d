"""A player of ST's X-NUCLEO-LPM01A."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from harness.measure.energy.meters import lpm01a
from harness.standin.meters.player import SOUND, Faults, Sampling, TerminalPlayer
from harness.standin.waveform import Times, Waveform

MAX_CURRENT_A = 0.05
STAMP_SAMPLES = 1000
_SMALLEST_A = 4096 * 16.0**-14  # of which a mantissa of 12 bits and an exponent of 4 leave something
_OVERCURRENT = b"\xf0\xf5\xff\xff"
_END = b"\xf0\xf4\xff\xff"


def encode(current_a: NDArray[np.float64]) -> NDArray[np.uint16]:
    """The word nearest to each current: a mantissa of 12 bits, as large as may be, and an exponent of 16."""
    exponents = np.floor(np.log(4095.4 / np.maximum(current_a, _SMALLEST_A)) / np.log(16))
    exponents = np.clip(exponents, 0, 14)
    return np.asarray(np.rint(current_a * 16.0**exponents).astype(np.uint16) | exponents.astype(np.uint16) << 12)


class Lpm01aPlayer(TerminalPlayer):
    """It answers `version` with `stand-in`. It acquires from the waveform's first rising edge behind `start` on."""

    kind = "lpm01a"

    def __init__(self, waveform: Waveform, faults: Faults = SOUND) -> None:
        self._commands = bytearray()
        self._armed: Sampling | None = None
        self._level = True
        self._rate_hz = 100
        self._voltage_mv = 3300
        super().__init__(waveform, faults)

    def take(self, data: bytes) -> None:
        self._commands += data
        while b"\n" in self._commands:
            line, _, rest = bytes(self._commands).partition(b"\n")
            self._commands[:] = rest
            if words := line.decode("ascii", "replace").split():
                self._obey(" ".join(words), *words)

    def _obey(self, command: str, verb: str, argument: str = "", *_: str) -> None:
        if verb == "volt" and argument != "get":
            if self.faults.refuse_voltage:
                self.send(f"PowerShield > error {command}\r\nError detail: voltage out of range\r\n".encode())
                return
            self._voltage_mv = round(int(argument.removesuffix("m")) + 1000 * self.faults.voltage_error_v)
        elif verb == "freq":
            self._rate_hz = int(argument.replace("k", "000"))
        answer = {"version": " 1.0.6 stand-in", "volt get": f" {self._voltage_mv:04d}-03"}.get(command, "")
        self.send(f"PowerShield > ack {command}{answer}\r\n".encode())
        if verb == "start":
            self._armed = Sampling(self.waveform, lpm01a.RATES_HZ[-1], time.monotonic())
            self._level = True
        elif verb == "stop":
            self._end()

    def _end(self) -> None:
        self._armed = None
        if self.sampling is not None:
            self.sampling = None
            self.send(_END + b"\r\nPowerShield > Acquisition completed\r\n")

    def exchange(self) -> None:
        super().exchange()
        if self._armed is not None:
            self._await_edge(self._armed)

    def _await_edge(self, armed: Sampling) -> None:
        times_s = armed.due()
        levels = np.concatenate(([self._level], self.waveform.marker(times_s)))
        self._level = bool(levels[-1])
        rises = np.flatnonzero(levels[1:] & ~levels[:-1])
        if len(rises):
            self._armed = None
            self.begin(self._rate_hz, float(times_s[rises[0]]) - 0.5 / lpm01a.RATES_HZ[-1])

    def encode(self, numbers: range, times_s: Times) -> bytes:
        current_a = self.waveform.current_a(times_s)
        over = np.flatnonzero(current_a > MAX_CURRENT_A)
        if len(over):
            count = int(over[0])
            self.sampling = None
            return self._blocks(range(numbers.start, numbers.start + count), current_a[:count]) + _OVERCURRENT + _END
        return self._blocks(numbers, current_a)

    def _blocks(self, numbers: range, current_a: NDArray[np.float64]) -> bytes:
        """Samples, with a stamp before each whose number is a multiple of 1,000."""
        words, kept = encode(current_a).astype(">u2"), self.kept(numbers)
        data = b""
        begin = numbers.start
        while begin < numbers.stop:
            end = min(numbers.stop, begin - begin % STAMP_SAMPLES + STAMP_SAMPLES)
            if begin % STAMP_SAMPLES == 0:
                data += b"\xf0\xf3" + (begin * 1000 // self._rate_hz).to_bytes(4, "big") + b"\x00\xff\xff"
            part = slice(begin - numbers.start, end - numbers.start)
            data += words[part][kept[part]].tobytes()
            begin = end
        return data
