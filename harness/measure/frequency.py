"""Does a board's timer run at the frequency that it says? A wrong PLL setting must not pass for a fast model.

The host times a long window and a short one from outside: what a request takes to travel is in both, so the difference
is the device's alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from harness.errors import TargetError
from harness.link.client import Device
from harness.measure.timing import MOST_INFERENCES

TOLERANCE_PERCENT = 3.0  # more than an RC oscillator is off, far less than any wrong divider
LONGER_S = 0.5  # the long window than the short one: a line's few milliseconds do not matter in it
ATTEMPTS = 3


def check_frequency(
    device: Device, vector: bytes, inferences: int, now_s: Callable[[], float] = time.monotonic
) -> float:
    """By how many per cent the device's timer runs faster than it says, negative where slower.

    What makes this computer or the line late once does not do so every time, a wrong frequency does: so it has a few
    attempts.

    Args:
        inferences: of the short window; by the device's own clock they take some time.
        now_s: the host's clock.

    Raises:
        TargetError: by more than the tolerance.
    """
    offs = []
    for _ in range(ATTEMPTS):
        offs.append(_off_percent(device, vector, inferences, now_s))
        if abs(offs[-1]) <= TOLERANCE_PERCENT:
            return offs[-1]
    off_percent, timer, told_hz = min(offs, key=abs), device.hello.timer, device.hello.timer_hz
    raise TargetError(
        f"{device.hello.board}: {timer} runs at {told_hz * (1 + off_percent / 100) / 1e6:.3g} MHz by this computer's "
        f"clock, not at {told_hz / 1e6:g} MHz: {off_percent:+.1f} %",
        f"correct clock_hz of boards.{device.hello.board} in boards.toml, or the PLL of its board support",
    )


def _off_percent(device: Device, vector: bytes, inferences: int, now_s: Callable[[], float]) -> float:
    def timed(count: int) -> tuple[int, float]:
        began_s = now_s()
        ticks = device.time(vector, count).ticks
        return ticks, now_s() - began_s

    short_ticks, short_s = timed(inferences)
    more = math.ceil(inferences * LONGER_S * device.hello.timer_hz / max(short_ticks, 1))
    long_ticks, long_s = timed(min(inferences + more, MOST_INFERENCES))
    counted_s = (long_ticks - short_ticks) / device.hello.timer_hz
    return 100 * (counted_s / (long_s - short_s) - 1) if long_s > short_s else math.inf
