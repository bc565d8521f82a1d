"""Meters' ports on other computers: bytes over TCP, and what telnet makes of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.energy.meters.network_port import NetworkPort, Received, TelnetPort

BINARY = b"\xff\xfb\x00\xff\xfd\x00"
COMMANDS = [b"\xff\xfb\x01", b"\xff\xf1", b"\xff\xfa\x2c\x65\xff\xff\xf0\x01\xff\xf0"]  # option, nothing, suboption


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def read(port: NetworkPort, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += port.read()
    return data


def test_bytes_pass_as_they_are(server: socket.socket) -> None:
    port = NetworkPort(f"socket://127.0.0.1:{server.getsockname()[1]}")
    meter, _ = server.accept()
    with meter:
        assert port.read() == b""
        port.write(b"\xff\x06")
        assert meter.recv(9) == b"\xff\x06"
        meter.sendall(b"\xff\xff\x00")
        assert read(port, 3) == b"\xff\xff\x00"
    with pytest.raises(OSError, match="closed"):
        read(port, 1)
    port.close()


def test_telnet_is_asked_to_carry_every_byte(server: socket.socket) -> None:
    port = TelnetPort(f"rfc2217://127.0.0.1:{server.getsockname()[1]}")
    meter, _ = server.accept()
    with meter:
        port.write(b"\xff\x06")
        sent = b""
        while len(sent) < len(BINARY) + 3:
            sent += meter.recv(99)
        assert sent == BINARY + b"\xff\xff\x06"
    port.close()


@given(st.lists(st.binary() | st.sampled_from([b"\xff", *COMMANDS]).map(bytes)), st.data())
def test_commands_are_left_out_wherever_the_stream_is_cut(parts: list[bytes], data: st.DataObject) -> None:
    """Parts that are commands pass as such; any other is data."""
    wire = b"".join(part if part in COMMANDS else part.replace(b"\xff", b"\xff\xff") for part in parts)
    expected = b"".join(part for part in parts if part not in COMMANDS)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=5)))
    chunks = [wire[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    received = Received()
    assert b"".join(map(received.data_of, chunks)) == expected
