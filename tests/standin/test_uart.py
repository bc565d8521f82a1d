"""The serial line: its rate, and what two rates that differ make of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.standin.uart import PacedWire, UartWire, misread


@given(st.lists(st.binary(min_size=1, max_size=3000), min_size=1), st.sampled_from([9600, 115200, 921600]))
def test_bytes_take_ten_bits_each(pieces: list[bytes], baud: int) -> None:
    wire = PacedWire(baud)
    arrivals = [arrival for piece in pieces for arrival in wire.carry(piece, since_s=5.0)]
    assert b"".join(piece for _, piece in arrivals) == b"".join(pieces)
    size = 0
    for time_s, piece in arrivals:
        size += len(piece)
        assert time_s == pytest.approx(5.0 + 10 * size / baud)


def test_what_is_sent_later_arrives_later() -> None:
    wire = PacedWire(10)
    assert [list(wire.carry(b"a", since_s)) for since_s in (1.0, 1.5, 9.0)] == [
        [(2.0, b"a")],
        [(3.0, b"a")],
        [(10.0, b"a")],
    ]


@given(st.binary(), st.floats(0.97, 1.03))
def test_a_uart_reads_a_rate_that_is_nearly_its_own(data: bytes, ratio: float) -> None:
    assert misread(data, 115200, 115200 * ratio) == data


def test_wrong_rates_garble() -> None:
    # With start and stop bit 0x55 is 0101010101. At twice the rate every bit is two, and a third one is no stop bit.
    assert misread(b"\x55", 100, 200) == bytes([0b01100110, 0b11100110])
    assert misread(b"\x55", 200, 100) == bytes([0b11111111])


@given(st.binary(min_size=1, max_size=100), st.floats(0.1, 10.0))
def test_any_two_rates_give_an_end(data: bytes, ratio: float) -> None:
    assert len(misread(data, 115200, 115200 * ratio)) <= max(1.0, ratio) * len(data) + 1


def heard(wire: UartWire, data: bytes) -> bytes:
    return b"".join(piece for _, piece in wire.carry(data, 0.0))


DATA = bytes(range(256))


def test_equal_rates_are_sound_and_others_are_not() -> None:
    assert heard(UartWire(lambda: {115200}, lambda: {114943}), DATA) == DATA
    assert heard(UartWire(lambda: {115200}, lambda: {919540}), DATA) != DATA


def test_while_a_uart_changes_its_rate_both_are_sound() -> None:
    assert heard(UartWire(lambda: {115200, 919540}, lambda: {115200}), DATA) == DATA
    assert heard(UartWire(lambda: {921600}, lambda: {115200, 919540}), DATA) == DATA


def test_a_line_damages_what_is_faster_than_it_carries() -> None:
    wire = UartWire(lambda: {921600}, lambda: {921600}, limit_baud=460800)
    assert heard(wire, DATA) != DATA
    assert heard(UartWire(lambda: {460800}, lambda: {460800}, limit_baud=460800), DATA) == DATA


def test_a_uart_that_is_off_hears_nothing() -> None:
    assert heard(UartWire(lambda: {115200}, set), DATA) == b""
