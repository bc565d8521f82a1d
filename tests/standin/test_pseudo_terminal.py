"""The port that is none: rates, hosts that come and go, and the end."""

from __future__ import annotations

import contextlib

import pytest
import serial

from harness.errors import TargetError
from harness.standin.pseudo_terminal import PseudoTerminal


def test_the_host_sets_the_rate() -> None:
    with contextlib.closing(PseudoTerminal()) as terminal:
        for baud in (9600, 115200, 250_000, 921600):
            with serial.Serial(terminal.path, baud):
                assert terminal.baud == baud


def test_hosts_come_and_go() -> None:
    with contextlib.closing(PseudoTerminal()) as terminal:
        for word in (b"first", b"second"):
            with serial.Serial(terminal.path, timeout=10) as host:
                host.write(word)
                assert terminal.read(10.0) == word
                terminal.write(word)
                assert host.read(len(word)) == word
        assert terminal.read(0.0) == b""


def test_what_nobody_reads_is_lost_and_holds_nobody_up() -> None:
    with contextlib.closing(PseudoTerminal()) as terminal:
        for _ in range(1000):
            terminal.write(bytes(4096))


def test_an_unplugged_one_says_so_on_both_sides() -> None:
    with contextlib.closing(PseudoTerminal()) as terminal, serial.Serial(terminal.path, timeout=10) as host:
        terminal.hang_up()
        with pytest.raises(serial.SerialException):
            host.read(1)
        with pytest.raises(TargetError, match=f"{terminal.path} is unplugged"):
            terminal.read(10.0)
        with pytest.raises(TargetError, match="unplugged"):
            _ = terminal.baud
        terminal.write(b"to nobody")
