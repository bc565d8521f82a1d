"""The line with faults: what it does to bytes, and that the link holds over it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import TargetError
from harness.standin.faulty_line import FaultRates, FaultyLine, FaultyWire
from harness.target import ByteStream, DescriptorStream

NONE = FaultRates()
SOUND = bytes(range(256)) * 10


def carried(rates: FaultRates, data: bytes = SOUND, seed: int = 0) -> list[tuple[float, bytes]]:
    return list(FaultyWire(rates, seed).carry(data, since_s=7.0))


def heard(rates: FaultRates, data: bytes = SOUND) -> bytes:
    return b"".join(piece for _, piece in carried(rates, data))


@given(st.lists(st.binary(max_size=50)))
def test_without_faults_all_arrives_at_once(pieces: list[bytes]) -> None:
    wire = FaultyWire(NONE, seed=1)
    assert [list(wire.carry(piece, 7.0)) for piece in pieces] == [[(7.0, piece)] for piece in pieces]
    assert (wire.carried_bytes, wire.damaged_bytes) == (sum(map(len, pieces)), 0)


def test_each_fault_does_what_it_says() -> None:
    assert heard(FaultRates(drop=1)) == b""
    assert heard(FaultRates(duplicate=1), b"abc") == b"aabbcc"
    flips = [one ^ other for one, other in zip(heard(FaultRates(flip=1)), SOUND, strict=True)]
    assert {flip.bit_count() for flip in flips} == {1}
    assert len(set(flips)) == 8


@pytest.mark.parametrize("rates", [FaultRates(split=0.01), FaultRates(delay=0.01, delay_s=0.5)])
def test_pauses_lose_nothing_and_keep_the_order(rates: FaultRates) -> None:
    pieces = carried(rates)
    assert b"".join(piece for _, piece in pieces) == SOUND
    assert len(pieces) > 10
    times = [time_s for time_s, _ in pieces]
    assert times == sorted(times)
    assert times[-1] - times[0] == pytest.approx((len(pieces) - 1) * (0.5 if rates.delay else 0.002))


@given(st.floats(0.001, 0.3), st.integers(0, 2**32))
def test_faults_are_as_frequent_as_they_are_to_be(rate: float, seed: int) -> None:
    wire = FaultyWire(FaultRates.damage(rate), seed)
    list(wire.carry(SOUND, 0.0))
    expected = rate * len(SOUND)
    assert abs(wire.damaged_bytes - expected) < 6 * expected**0.5


@given(st.lists(st.integers(1, 300)))
def test_faults_lie_where_they_lie_however_the_bytes_come(cuts: list[int]) -> None:
    rates = FaultRates.damage(0.05)
    wire = FaultyWire(rates, seed=0)
    data, pieces = SOUND, []
    for cut in cuts:
        pieces += wire.carry(data[:cut], 0.0)
        data = data[cut:]
    pieces += wire.carry(data, 0.0)
    assert b"".join(piece for _, piece in pieces) == heard(rates)


@pytest.fixture
def ends() -> Iterator[tuple[ByteStream, socket.socket]]:
    """A device's line, and the device's own end of it."""
    line, device = socket.socketpair()
    with closing(line), closing(device):
        yield DescriptorStream(line, lambda: TargetError("the device died")), device


def read_all(stream: ByteStream, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := stream.read(10.0)):
        data += piece
    return data


def test_bytes_pass_in_both_directions(ends: tuple[ByteStream, socket.socket]) -> None:
    stream, device = ends
    with FaultyLine(stream, NONE) as line:
        host = line.open()
        host.write(SOUND)
        assert device.recv(len(SOUND), socket.MSG_WAITALL) == SOUND
        device.sendall(SOUND)
        assert read_all(host, len(SOUND)) == SOUND
        assert (line.carried_bytes, line.damaged_bytes) == (2 * len(SOUND), 0)


def test_an_unplugged_line_names_its_port_and_the_next_one_works(ends: tuple[ByteStream, socket.socket]) -> None:
    stream, device = ends
    with FaultyLine(stream, NONE) as line:
        host = line.open()
        line.unplug()
        with pytest.raises(TargetError, match=f"{line.port} was unplugged"):
            host.read(10.0)
    with FaultyLine(stream, NONE) as line:
        host = line.open()
        device.sendall(b"again")
        assert read_all(host, 5) == b"again"


def test_a_device_that_goes_takes_its_port_along(ends: tuple[ByteStream, socket.socket]) -> None:
    stream, device = ends
    with FaultyLine(stream, NONE) as line:
        host = line.open()
        device.close()
        with pytest.raises(TargetError, match="unplugged"):
            host.read(10.0)


def test_a_port_is_for_one_host(ends: tuple[ByteStream, socket.socket]) -> None:
    with FaultyLine(ends[0], NONE) as line:
        line.open()
        with pytest.raises(TargetError, match="cannot be opened"):
            line.open()
