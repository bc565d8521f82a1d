"""A serial port as a line: bytes, rates, and ports that are taken, forbidden or gone."""

from __future__ import annotations

import errno
import os
import socket
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from msgspec.structs import replace

from harness.config import Instance
from harness.errors import TargetError
from harness.scan import Plugged, SerialPort
from harness.scan.usb import UsbDevice
from harness.target.serial_line import SerialLine, open_serial

INSTANCE = Instance("desk-1", "stm32l475", "A1", "A1")


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The other side of a port, and the port's path."""
    master, slave = os.openpty()
    tty.setraw(slave)
    with os.fdopen(master, "wb", 0), os.fdopen(slave, "rb", 0):
        yield master, os.ttyname(slave)


def plugged(path: str) -> Plugged:
    return Plugged(ports=(SerialPort("/dev/none", "0483:374b", "B2"), SerialPort(path, "0483:374b", "a1")))


def opened(path: str) -> SerialLine:
    return open_serial(INSTANCE, plugged(path))


def test_a_port_is_found_by_its_serial_number(terminal: tuple[int, str]) -> None:
    other, path = terminal
    line = opened(path)
    line.write(b"request")
    assert os.read(other, 100) == b"request"
    os.write(other, b"answer")
    received = b""
    while len(received) < 6:
        received += line.read(10.0)
    assert received == b"answer"
    assert line.read(0.0) == b""
    line.close()
    line.close()


def test_the_rate_is_that_of_every_firmware_until_it_is_changed(terminal: tuple[int, str]) -> None:
    other, path = terminal
    line = opened(path)
    assert termios.tcgetattr(other)[5] == termios.B115200
    line.set_baud(921600)
    assert termios.tcgetattr(other)[5] == termios.B921600
    os.write(other, b"stale")
    line.restart()
    assert termios.tcgetattr(other)[5] == termios.B115200
    assert line.read(0.0) == b""
    line.close()


def test_a_port_in_use_is_named(terminal: tuple[int, str]) -> None:
    _, path = terminal
    with serial.Serial(path, exclusive=True), pytest.raises(TargetError) as caught:
        opened(path)
    assert f"port {path} of desk-1 cannot be opened" in str(caught.value)
    assert "fuser" in caught.value.fix


def test_a_port_without_permission_is_told_with_its_rule(
    terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise serial.SerialException(errno.EACCES, "denied")

    _, path = terminal
    monkeypatch.setattr(serial, "serial_for_url", forbidden)  # root may open everything
    with pytest.raises(TargetError, match=r'may not be opened: (.*\n)*.*ATTRS\{idVendor\}=="0483"'):
        opened(path)


def test_the_port_of_another_probe_is_refused(terminal: tuple[int, str], tmp_path: Path) -> None:
    _, path = terminal
    link = tmp_path / "by-id"
    link.symlink_to(path)
    devices = tuple(UsbDevice("0483:374b", serial, "ST-LINK", "1-1") for serial in ("A1", "B2"))
    for named in (path, str(link)):
        with pytest.raises(TargetError, match=rf'port {path} of desk-1 is that of another probe, B2\n.*port = "A1"'):
            open_serial(replace(INSTANCE, port=named), Plugged(devices, (SerialPort(path, "0483:374b", "B2"),)))


def test_the_port_of_an_adapter_need_not_be_the_probes(terminal: tuple[int, str]) -> None:
    _, path = terminal
    devices = (UsbDevice("0483:374b", "A1", "ST-LINK", "1-1"),)
    adapter = Plugged(devices, (SerialPort(path, "0403:6001", "B2"),))
    open_serial(replace(INSTANCE, port=path), adapter).close()


def test_a_port_that_is_not_there() -> None:
    with pytest.raises(TargetError, match="port /dev/tty-none of desk-1 is not there"):
        open_serial(replace(INSTANCE, port="/dev/tty-none"), Plugged())
    with pytest.raises(TargetError, match=r"port /dev/null of desk-1 cannot be opened(.*\n)*.*or correct its entry"):
        open_serial(replace(INSTANCE, port="/dev/null"), Plugged())


def test_an_unplugged_board_ends_the_line() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    line = opened(os.ttyname(slave))
    os.close(slave)
    os.close(master)
    for use in (lambda: line.read(1.0), lambda: line.write(b"x"), line.restart):
        with pytest.raises(TargetError, match=r"port /dev/.* of desk-1 is lost: .*\n.*unplugged"):
            use()


def test_a_port_may_be_elsewhere() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = open_serial(replace(INSTANCE, port=f"socket://127.0.0.1:{server.getsockname()[1]}"), Plugged())
        with server.accept()[0] as other:
            line.write(b"request")
            assert other.recv(100) == b"request"
            other.sendall(b"a")
            assert line.read(10.0) == b"a"
        with pytest.raises(TargetError, match=r"port socket://.* of desk-1 is lost"):
            line.read(1.0)
        line.close()
