"""Byte streams over sockets and pseudo-terminals."""

from __future__ import annotations

import os
import pty
import socket
import tty
from collections.abc import Iterator

import pytest

from harness.errors import TargetError
from harness.target import DescriptorStream

GONE = TargetError("the other side is gone", "start it again")


@pytest.fixture
def pair() -> Iterator[tuple[DescriptorStream, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield DescriptorStream(ours, lambda: GONE), theirs


def test_bytes_go_both_ways(pair: tuple[DescriptorStream, socket.socket]) -> None:
    stream, other = pair
    stream.write(b"ping\0")
    assert other.recv(10) == b"ping\0"
    other.send(b"\0pong")
    assert stream.read(5) == b"\0pong"


def test_silence_is_no_bytes(pair: tuple[DescriptorStream, socket.socket]) -> None:
    stream, _ = pair
    assert stream.read(0) == b""
    assert stream.read(0.001) == b""


def test_what_arrived_before_the_end_is_still_read(pair: tuple[DescriptorStream, socket.socket]) -> None:
    stream, other = pair
    other.send(b"last words")
    other.close()
    assert stream.read(5) == b"last words"
    with pytest.raises(TargetError, match="is gone"):
        stream.read(5)
    with pytest.raises(TargetError, match="is gone"):
        stream.write(b"more")


def test_a_write_larger_than_the_buffers_goes_through(pair: tuple[DescriptorStream, socket.socket]) -> None:
    stream, other = pair
    data = os.urandom(1 << 22)
    with os.fdopen(os.dup(other.fileno()), "rb") as reader:
        child = os.fork()
        if child == 0:
            stream.write(data)
            os._exit(0)
        assert reader.read(len(data)) == data
        assert os.waitpid(child, 0)[1] == 0


def test_a_closed_terminal_is_an_end() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    stream = DescriptorStream(os.fdopen(slave, "r+b", buffering=0), lambda: GONE)
    os.write(master, b"\0\x03\x11\r\n")  # what a terminal that is not raw would change
    assert stream.read(5) == b"\0\x03\x11\r\n"
    os.close(master)
    with pytest.raises(TargetError, match="is gone"):
        stream.read(5)
    stream.close()
    stream.close()
