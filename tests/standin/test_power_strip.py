"""The power strip, asked as labgrid's power model `rest` asks."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from harness.errors import TargetError
from harness.standin.power_strip import Outlet, PowerStrip


class Lamp:
    """Something to be switched that does not stand a fault."""

    def __init__(self) -> None:
        self.lit = False

    def on(self) -> None:
        self.lit = True

    def off(self) -> None:
        self.lit = False

    def burst(self) -> None:
        raise TargetError("shards everywhere")


@pytest.fixture
def lamps() -> list[Lamp]:
    return [Lamp(), Lamp()]


@pytest.fixture
def strip(lamps: list[Lamp]) -> Iterator[PowerStrip]:
    outlets = [Outlet("a lamp", lambda one=one: one.lit, one.on, one.off, {"burst": one.burst}) for one in lamps]
    with PowerStrip(outlets) as strip:
        yield strip


def ask(strip: PowerStrip, method: str, path: str, body: str = "") -> tuple[int, str]:
    line = http.client.HTTPConnection(urlsplit(strip.address).netloc, timeout=20)
    try:
        line.request(method, path, body)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def test_an_outlet_is_switched_and_read_by_its_number(strip: PowerStrip, lamps: list[Lamp]) -> None:
    assert strip.host == strip.address + "relay/{index}/value"
    assert ask(strip, "GET", "/relay/1/value") == (200, "0")
    assert ask(strip, "PUT", "/relay/1/value", "1") == (200, "1")
    assert ask(strip, "GET", "/relay/1/value") == (200, "1")
    assert [lamp.lit for lamp in lamps] == [False, True]
    ask(strip, "PUT", "/relay/1/value", "0")
    assert not lamps[1].lit


def test_what_is_plugged_in_is_told(strip: PowerStrip, lamps: list[Lamp]) -> None:
    lamps[1].on()
    assert ask(strip, "GET", "/") == (200, "0 0 a lamp\n1 1 a lamp\n")


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("/relay/0/value", "7", (400, "value '7': one of 0, 1")),
        ("/relay/0/fault", "", (400, "fault '': one of burst")),
        ("/relay/0/fault", "burst", (500, "shards everywhere")),
        ("/relay/2/value", "1", (404, "/relay/2/value: outlets are 0 to 1")),
        ("/etc/passwd", "1", (404, "/etc/passwd: outlets are 0 to 1")),
    ],
)
def test_what_cannot_be_done_is_answered(strip: PowerStrip, path: str, body: str, answer: tuple[int, str]) -> None:
    assert ask(strip, "PUT", path, body) == answer
    assert ask(strip, "GET", "/relay/0/value") == (200, "0")
