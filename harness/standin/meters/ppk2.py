"""A player of Nordic's Power Profiler Kit II."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from harness.measure.energy.meters import ppk2
from harness.measure.energy.meters.ppk2 import Calibration
from harness.standin.meters.player import SOUND, Faults, TerminalPlayer
from harness.standin.waveform import Times, Waveform

# Up to where each range but the last serves, in amperes: from the product's specification.
_RANGE_ENDS_A = np.array([50e-6, 500e-6, 5e-3, 50e-3])
_ARGUMENTS = {ppk2.SET_VOLTAGE: 2, ppk2.SET_MODE: 1, ppk2.SWITCH_OUTPUT: 1}
# Made up, and of the size that real kits have: each differs from the ideal that it stands for.
METADATA = """\
Calibrated: 0
R0: 1003.3506
R1: 101.5865
R2: 10.3027
R3: 0.9636
R4: 0.0564
GS0: 0.4300
GS1: 112.7890
GS2: 18.0115
GS3: 2.4217
GS4: 0.0729
GI0: 1.0004
GI1: 0.9695
GI2: 0.9609
GI3: 0.9519
GI4: 0.9582
O0: 112.9420
O1: 75.4627
O2: 64.6020
O3: 50.4983
O4: 87.2177
S0: 0.000000021
S1: 0.00000011
S2: 0.0000012
S3: 0.0000140
S4: -0.0000310
I0: -0.000000048
I1: -0.00000021
I2: 0.0000017
I3: -0.0000205
I4: 0.0001420
UG0: 1.00
UG1: 1.00
UG2: 1.00
UG3: 1.00
UG4: 1.00
VDD: 3300
HW: stand-in
mode: 2
IA: 56
END
"""


def quantise(calibration: Calibration, current_a: NDArray[np.float64], voltage_v: float) -> NDArray[np.int64]:
    """The range (bits 14 to 16) and the converter's nearest value (bits 0 to 13) of each current.

    It inverts the quadratic that the program computes a current with.
    """
    ranges = np.searchsorted(_RANGE_ENDS_A, current_a)
    r, o, gs, gi, s, i, ug = (getattr(calibration, name)[ranges] for name in ("r", "o", "gs", "gi", "s", "i", "ug"))
    linear = current_a / ug - s * voltage_v - i
    ideal = 2 * linear / (gi + np.sqrt(gi**2 + 4 * gs * linear))
    counts = (ideal * r / ppk2.VOLTS_PER_COUNT + o) / 4
    return np.asarray(np.clip(np.rint(counts), 0, 0x3FFF).astype(np.int64) | ranges << 14)


class Ppk2Player(TerminalPlayer):
    """It says `HW: stand-in` in its metadata.

    Attributes:
        mode, voltage_v: what it was told to be, and to supply.
    """

    kind = "ppk2"

    def __init__(self, waveform: Waveform, faults: Faults = SOUND) -> None:
        self._calibration = Calibration.parse(METADATA)
        self._commands = bytearray()
        self.voltage_v = 3.3
        self.mode = 0
        super().__init__(waveform, faults)

    def take(self, data: bytes) -> None:
        self._commands += data
        while self._commands and len(self._commands) > _ARGUMENTS.get(self._commands[0], 0):
            command = self._commands.pop(0)
            arguments = bytes(self._commands.pop(0) for _ in range(_ARGUMENTS.get(command, 0)))
            self._obey(command, arguments)

    def _obey(self, command: int, arguments: bytes) -> None:
        if command == ppk2.GET_METADATA:
            self.send(METADATA.encode())
        elif command == ppk2.SET_VOLTAGE:
            self.voltage_v = int.from_bytes(arguments, "big") / 1000
        elif command == ppk2.SET_MODE:
            self.mode = arguments[0]
        elif command == ppk2.START:
            self.begin(ppk2.RATE_HZ, time.monotonic())
        elif command == ppk2.STOP:
            self.sampling = None

    def encode(self, numbers: range, times_s: Times) -> bytes:
        counters = np.array(numbers) % ppk2.COUNTER_PERIOD
        current_a = np.minimum(self.waveform.current_a(times_s), ppk2.MAX_CURRENT_A * 1.01)
        levels = self.waveform.marker(times_s).astype(np.int64) << ppk2.MARKER_BIT
        words = quantise(self._calibration, current_a, self.voltage_v) | counters << 18 | levels << 24
        return words[self.kept(numbers)].astype("<u4").tobytes()
