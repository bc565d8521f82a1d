"""Lines of places, over sockets of this computer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from harness.errors import FarmError, TargetError
from harness.farm import FarmPlace, Notes, Resource
from harness.target import SerialStream
from harness.target.remote_line import leased, open_line

TIMEOUT_S = 10.0


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def place(server: socket.socket, protocol: str = "raw") -> FarmPlace:
    host, port = server.getsockname()
    line = Resource("serial", "NetworkSerialPort", "lab", True, {"host": host, "port": port, "protocol": protocol})
    return FarmPlace("rack1-1", {}, Notes(), "", datetime.now(UTC), resources=(line,))


@dataclass
class Lease:
    lost: bool = False

    def check(self) -> None:
        if self.lost:
            raise TargetError("lost")


class FakePort:
    """A line with a rate."""

    def __init__(self) -> None:
        self.baud = 115200

    def read(self, timeout_s: float) -> bytes:
        return b"x"

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    def set_baud(self, baud: int) -> None:
        self.baud = baud


def test_a_raw_line_carries_bytes_and_forgets_old_ones(server: socket.socket) -> None:
    line = open_line(place(server))
    board, _ = server.accept()
    with board:
        line.write(b"there")
        assert board.recv(9) == b"there"
        board.sendall(b"old")
        assert line.read(TIMEOUT_S) == b"old"
        line.restart()
        board.sendall(b"new")
        assert line.read(TIMEOUT_S) == b"new"
        assert line.read(0) == b""
    with pytest.raises(TargetError, match="its serial line was closed"):
        line.read(TIMEOUT_S)
    line.close()


def test_nobody_serves_it(server: socket.socket) -> None:
    there = place(server)
    server.close()
    with pytest.raises(TargetError, match=r"its serial line at 127.0.0.1:\d+ cannot be reached: Connection refused"):
        open_line(there)


def test_a_protocol_that_is_none(server: socket.socket) -> None:
    with pytest.raises(FarmError, match="serial port serial of exporter lab has protocol 'usb'"):
        open_line(place(server, "usb"))


def test_a_lost_place_ends_its_line() -> None:
    lease = Lease()
    line = leased(FakePort(), lease)
    assert line.read(0) == b"x"
    lease.lost = True
    with pytest.raises(TargetError, match="lost"):
        line.read(0)
    with pytest.raises(TargetError, match="lost"):
        line.write(b"")


def test_a_leased_line_has_a_rate_where_its_line_has(server: socket.socket) -> None:
    port = FakePort()
    line = leased(port, Lease())
    assert isinstance(line, SerialStream)
    line.set_baud(921600)
    assert port.baud == 921600
    raw = open_line(place(server))
    assert not isinstance(leased(raw, Lease()), SerialStream)
    raw.close()
