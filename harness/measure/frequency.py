"""Does a board's timer run at the frequency that it says? A wrong PLL setting must not pass for a fast model.

The host times a long window and a short one from outside: what a request takes to travel is in both, so the difference
is the device's alone.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from typing import NamedTuple

from harness.errors import TargetError
from harness.link.client import Device
from harness.measure.timing import MOST_INFERENCES

TOLERANCE_PERCENT = 3.0  # more than an RC oscillator is off, far less than any wrong divider
LONGER_S = 0.5  # the long window than the short one: a line's few milliseconds do not matter in it
ATTEMPTS = 6


class _Seen(NamedTuple):
    """A window, as long as the device counts, and as long as this computer waits for it."""

    counted_s: float
    waited_s: float


def check_frequency(
    device: Device, vector: bytes, inferences: int, now_s: Callable[[], float] = time.monotonic
) -> float:
    """By how many per cent the device's timer runs faster than it says, negative where slower.

    What makes this computer or the line late once does not do so every time, a wrong frequency does: so it has a few
    attempts, and of their windows the pair counts that agrees best.

    Args:
        inferences: of the short window; by the device's own clock they take some time.
        now_s: the host's clock.

    Raises:
        TargetError: by more than the tolerance.
    """

    def window(count: int) -> _Seen:
        began_s = now_s()
        ticks = device.time(vector, count).ticks
        return _Seen(ticks / device.hello.timer_hz, now_s() - began_s)

    short: list[_Seen] = []
    long: list[_Seen] = []
    off_percent = math.inf
    for _ in range(ATTEMPTS):
        short.append(window(inferences))
        more = math.ceil(inferences * LONGER_S / max(short[-1].counted_s, 1 / device.hello.timer_hz))
        long.append(window(min(inferences + more, MOST_INFERENCES)))
        off_percent = min(itertools.starmap(_off_percent, itertools.product(short, long)), key=abs)
        if abs(off_percent) <= TOLERANCE_PERCENT:
            return off_percent
    timer, told_hz = device.hello.timer, device.hello.timer_hz
    raise TargetError(
        f"{device.hello.board}: {timer} runs at {told_hz * (1 + off_percent / 100) / 1e6:.3g} MHz by this computer's "
        f"clock, not at {told_hz / 1e6:g} MHz: {off_percent:+.1f} %",
        f"correct clock_hz of boards.{device.hello.board} in boards.toml, or the PLL of its board support",
    )


def _off_percent(short: _Seen, long: _Seen) -> float:
    waited_s = long.waited_s - short.waited_s
    return 100 * ((long.counted_s - short.counted_s) / waited_s - 1) if waited_s > 0 else math.inf
