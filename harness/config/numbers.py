"""Numbers on a command line."""

from __future__ import annotations

import math
import re
from argparse import ArgumentTypeError
from dataclasses import dataclass

_RATE = re.compile(r"(\d+)/(\d*)(s|min|h|d)", re.ASCII)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(s|min|h|d)", re.ASCII)
_LAST_PORT = 65_535
_SECONDS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class Rate:
    """How often something is done: `count` times in `period_s` seconds; `text` is how a person wrote it."""

    count: int
    period_s: int
    text: str

    @property
    def per_s(self) -> float:
        return self.count / self.period_s


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def tcp_port(text: str) -> int:
    """A TCP port."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _LAST_PORT:
        raise ArgumentTypeError(f"{text!r} is not a port from 1 to {_LAST_PORT}")
    return int(text)


def tcp_port_or_any(text: str) -> int:
    """A TCP port; 0 for any that is free."""
    return 0 if text == "0" else tcp_port(text)


def seconds(text: str) -> float:
    """A time in seconds, more than 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise ArgumentTypeError(f"{text!r} is not a time in seconds")
    return value


def rate(text: str) -> Rate:
    """`1/60s`, `10/s`, `4/h`: so many in a time."""
    found = _RATE.fullmatch(text)
    count, periods = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
    if found is None or count < 1 or periods < 1:
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 on in a time, such as 1/60s, 10/s, 4/h or 1/d")
    return Rate(count, periods * _SECONDS[found[3]], text)


def duration(text: str) -> float:
    """A time such as `90s`, `20min`, `1.5h` or `2d`, in seconds, more than 0."""
    found = _DURATION.fullmatch(text)
    value = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    if value <= 0:
        raise ArgumentTypeError(f"{text!r} is not a time such as 90s, 20min, 1.5h or 2d")
    return value
