"""Numbers on a command line."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from harness.config.battery import battery
from harness.config.numbers import duration, rate, tcp_port, tcp_port_or_any


@pytest.mark.parametrize(
    ("text", "per_s"),
    [("1/60s", 1 / 60), ("10/s", 10.0), ("4/h", 4 / 3600), ("1/5min", 1 / 300), ("1/d", 1 / 86_400)],
)
def test_rate(text: str, per_s: float) -> None:
    assert rate(text).per_s == per_s
    assert rate(text).text == text


@pytest.mark.parametrize("text", ["", "1", "1/0s", "0/s", "-1/s", "1/60", "1/60m", "1.5/s", "1/60s ", "\u0661/s"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no whole number from 1 on in a time, such as 1/60s"):
        rate(text)


def test_battery() -> None:
    assert battery("cr2032").capacity_mah == 235
    assert battery("62.5mAh").capacity_mah == 62.5


@pytest.mark.parametrize("text", ["", "cr2031", "0mAh", "1000", "-5mAh", "nanmAh"])
def test_what_is_no_battery(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no battery; give one of cr2032, cr2450, cr123a"):
        battery(text)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90.0), ("20min", 1200.0), ("1.5h", 5400.0), ("2d", 172_800.0)])
def test_duration(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "0s", "-1h", "1 h", "2hours", "nans", "1e3s", "\u0661s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a time such as 90s, 20min"):
        duration(text)


def test_port() -> None:
    assert [tcp_port(text) for text in ("1", "65535")] == [1, 65_535]
    assert [tcp_port_or_any(text) for text in ("0", "65535")] == [0, 65_535]


@pytest.mark.parametrize("text", ["", "0", "-1", "65536", "x", "\u0661"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a port from 1 to 65535"):
        tcp_port(text)
