"""The firmware's rules for the rate of its line, as `firmware/src/line_rate.h` states them."""

from __future__ import annotations

from dataclasses import dataclass

from harness.config.defaults import START_BAUD

TRIAL_REQUESTS = 2
MAX_BAD_FRAMES = 32


@dataclass
class SimulatedRate:
    """`baud` is the present rate, `asked` the one that begins behind the answer under way, 0 for none."""

    baud: int = START_BAUD
    asked: int = 0
    requests_left: int = 0
    bad_frames: int = 0

    def good_frame(self) -> None:
        self.bad_frames = 0

    def bad_frame(self) -> None:
        self.bad_frames += 1
        if self.bad_frames >= MAX_BAD_FRAMES and self.baud != START_BAUD:
            self.change(START_BAUD)

    def greeted(self) -> None:
        if self.requests_left:
            self.requests_left = TRIAL_REQUESTS

    def executed(self) -> None:
        self.requests_left = max(0, self.requests_left - 1)
        if self.asked:
            self.change(self.asked)

    def silence(self) -> None:
        if self.requests_left:
            self.change(START_BAUD)

    def change(self, baud: int) -> None:
        self.baud = baud
        self.asked = self.bad_frames = 0
        self.requests_left = 0 if baud == START_BAUD else TRIAL_REQUESTS
