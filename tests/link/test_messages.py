"""Payloads: what is packed is unpacked again, and nothing else is taken for a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.simulated_device import HELLO

from harness.errors import LinkError
from harness.link.failures import DeviceError, RefusedModelError, device_error
from harness.link.messages import (
    Counters,
    DeviceStatus,
    ErrorAnswer,
    ErrorCode,
    Hello,
    LayerTimes,
    Loaded,
    Message,
    MessageType,
    OutputRequest,
    Request,
    SelfCheck,
    TimedRun,
)

MESSAGES: list[Message] = [
    HELLO,
    DeviceStatus(1, 2, 3, 4, 5),
    Loaded(1, 2, 3, 4, 65535),
    OutputRequest(0xFFFFFFFF, 0xFFFF),
    TimedRun(1 << 63, 7),
    SelfCheck(20_001, 1 << 40, 3),
    ErrorAnswer(7, 12, "größer als der Slot"),
]


def test_payload_of_a_known_message() -> None:
    assert OutputRequest(0x01020304, 0x0506).pack() == bytes.fromhex("04030201 0605")
    assert ErrorAnswer(9, 258, "arena").pack() == bytes.fromhex("0900 02010000 05") + b"arena"


def test_hello_has_the_documented_layout() -> None:
    head = bytes.fromhex("0100 4000 04 c8000000 00100000 0000080800000000 e8030000 01 00ca9a3b")
    assert HELLO.pack() == head + b"\x02b5\x09simulated\x08checksum\x011\x04none\x04none"


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back(message: Message) -> None:
    assert type(message).unpack(message.pack()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_payload_of_any_other_length_is_refused(message: Message) -> None:
    payload = message.pack()
    for wrong in (*(payload[:size] for size in range(len(payload))), payload + b"x"):
        with pytest.raises(LinkError, match=f"malformed {type(message).__name__} of {len(wrong)} bytes"):
            type(message).unpack(wrong)


@given(st.binary(max_size=120))
def test_random_bytes_are_a_hello_or_a_clean_error(payload: bytes) -> None:
    try:
        hello = Hello.unpack(payload)
    except LinkError as error:
        assert "rebuild" in error.fix
    else:
        assert Hello.unpack(hello.pack()) == hello


def test_a_string_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(LinkError, match="utf-8"):
        ErrorAnswer.unpack(ErrorAnswer(1, 0, "ab").pack()[:-1] + b"\xff")


def test_a_layer_record_that_is_cut_off_is_refused() -> None:
    with pytest.raises(LinkError, match="not a multiple of 16"):
        LayerTimes(bytes(17)).spans()


def test_as_many_counters_as_are_said() -> None:
    assert Counters(2, bytes(7) + b"\1" + bytes(8)).unpacked() == (1 << 56, 0)
    for size in (0, 8, 15, 17, 24):
        with pytest.raises(LinkError, match="16 expected for 2 counters"):
            Counters(2, bytes(size)).unpacked()


def test_every_request_type_has_one_request() -> None:
    assert sorted(request.type for request in Request.__subclasses__()) == sorted(MessageType)


@pytest.mark.parametrize("code", [*ErrorCode, 0, 77])
def test_every_error_names_request_cause_and_fix(code: int) -> None:
    answer = ErrorAnswer(code, 4242, "why it failed")
    error = device_error(MessageType.INFER, answer)
    assert isinstance(error, RefusedModelError if code in {7, 8, 9} else DeviceError)
    assert error.answer is answer
    assert error.fix
    assert f"INFER: the device answers error {code}: why it failed" in error.cause
    assert any(detail in error.cause for detail in ("4242", "0x1092", "0x00001092")) or code in {4, 6}
