"""A meter's measurement of a script that is played while it samples."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.measure.energy.meters import Meter
from harness.measure.energy.trace import Trace
from harness.standin.meters.player import Player
from harness.standin.waveform import Scripted, Segment, Times

QUIET_A = 2e-3
VOLTAGE_V = 3.3
WINDOW = 1  # the segment of BURST with the marker high
BURST = (
    Segment(0.04, QUIET_A),
    Segment(0.05, 12e-3, marker=True, ripple_a=1e-3, ripple_hz=730.0),
    Segment(0.03, 30e-6),
)
_LEAD_S = 0.05


class Stage:
    """A waveform that is quiet until a script is played on it."""

    def __init__(self) -> None:
        self._script = Scripted([Segment(1.0, QUIET_A)])

    def play(self, segments: Sequence[Segment]) -> Scripted:
        """Begin a script soon: whoever samples has not come to its beginning yet."""
        self._script = Scripted(segments, begin_s=time.monotonic() + _LEAD_S)
        return self._script

    def known_until_s(self) -> float:
        return self._script.known_until_s()

    def current_a(self, times_s: Times) -> NDArray[np.float64]:
        return self._script.current_a(times_s)

    def marker(self, times_s: Times) -> NDArray[np.bool_]:
        return self._script.marker(times_s)


def metered(meter: Meter, player: Player, stage: Stage, segments: Sequence[Segment] = BURST) -> tuple[Scripted, Trace]:
    """Supply and sample while the segments are played, to their end."""
    meter.power(VOLTAGE_V)
    meter.start(meter.max_rate_hz, VOLTAGE_V)
    script = stage.play(segments)
    player.wait_for(lambda: player.sampled_until_s() >= script.bounds_s(-1)[1])
    return script, meter.stop()
