"""The firmware's rules of the link: order, repetition, garbage; on a fake board and a fake engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware.link.conversation import MAX_PAYLOAD_BYTES, FakeModel, events, exchange
from hypothesis import given
from hypothesis import strategies as st

from harness.link.frames import FLUSH, Frame, encode_frame
from harness.link.messages import (
    ANSWER_BIT,
    ERROR_TYPE,
    NAK_TYPE,
    BaudRequest,
    DeviceStatus,
    HelloRequest,
    InferRequest,
    MessageType,
    Nak,
    NakReason,
    Request,
    StatusRequest,
)

WINDOW = 4


def encode(seq: int, request: Request) -> bytes:
    return encode_frame(Frame(request.type, seq, request.pack()))


def status(seq: int) -> bytes:
    return encode(seq, StatusRequest())


def hello(seq: int) -> bytes:
    return encode(seq, HelloRequest())


def nak(expected: int, reason: NakReason) -> Frame:
    return Frame(NAK_TYPE, expected, Nak(reason).pack())


def kinds(frames: list[Frame]) -> list[tuple[int, int]]:
    return [(frame.type, frame.seq) for frame in frames]


STATUS_ANSWER = MessageType.STATUS | ANSWER_BIT
HELLO_ANSWER = MessageType.HELLO | ANSWER_BIT


def test_requests_in_order(fake_device: Path) -> None:
    frames = exchange(fake_device, hello(7) + status(8) + status(9))
    assert kinds(frames) == [(HELLO_ANSWER, 7), (STATUS_ANSWER, 8), (STATUS_ANSWER, 9)]


def test_seq_wraps(fake_device: Path) -> None:
    frames = exchange(fake_device, hello(0xFFFE) + status(0xFFFF) + status(0))
    assert kinds(frames) == [(HELLO_ANSWER, 0xFFFE), (STATUS_ANSWER, 0xFFFF), (STATUS_ANSWER, 0)]


def test_repeated_request_is_answered_again_and_not_executed_again(fake_device: Path) -> None:
    model = [encode(seq, request) for seq, request in enumerate(FakeModel().requests(), 1)]
    first, second = (encode(seq, InferRequest(0, b"")) for seq in (3, 4))
    answers = exchange(fake_device, hello(0) + b"".join(model) + first + first + second + status(5))
    once, again, after, counters = answers[3:]
    assert again == once
    assert [once.payload[0], after.payload[0]] == [1, 2]  # the engine counts its inferences
    assert DeviceStatus.unpack(counters.payload).repeated_frames == 1


def test_cache_holds_a_window_of_answers(fake_device: Path) -> None:
    requests = b"".join(map(status, range(1, 6)))
    repeated = exchange(fake_device, hello(0) + requests + b"".join(map(status, range(2, 6))))
    assert kinds(repeated)[6:] == [(STATUS_ANSWER, seq) for seq in range(2, 6)]
    assert len(repeated[6:]) == WINDOW
    assert exchange(fake_device, hello(0) + requests + status(1))[-1] == nak(6, NakReason.OUT_OF_ORDER)


def test_hello_empties_the_cache(fake_device: Path) -> None:
    frames = exchange(fake_device, hello(0) + status(1) + hello(100) + status(1) + status(101))
    assert frames[3] == nak(101, NakReason.OUT_OF_ORDER)
    assert kinds(frames)[4:] == [(STATUS_ANSWER, 101)]


@pytest.mark.parametrize("seq", [0, 2, 3, 0x8001, 0xFFFF])
def test_out_of_order(fake_device: Path, seq: int) -> None:
    frames = exchange(fake_device, hello(0x7FFF) + hello(0xABCC) + status(seq) + status(0xABCD))
    assert frames[2] == nak(0xABCD, NakReason.OUT_OF_ORDER)
    assert kinds(frames)[3:] == [(STATUS_ANSWER, 0xABCD)]


def test_bad_frame_is_reported_and_costs_only_itself(fake_device: Path) -> None:
    damaged = bytearray(status(1))
    damaged[3] ^= 1
    frames = exchange(fake_device, hello(0) + bytes(damaged) + status(1))
    assert frames[1] == nak(1, NakReason.BAD_FRAME)
    assert frames[2].type == STATUS_ANSWER
    assert DeviceStatus.unpack(frames[2].payload).bad_frames == 1


def test_line_faults_count_from_hello_on(fake_device: Path) -> None:
    cut = status(7)[2:]
    frames = exchange(fake_device, cut + hello(0) + cut + status(1) + hello(5) + status(6))
    answers = [DeviceStatus.unpack(frame.payload) for frame in frames if frame.type == STATUS_ANSWER]
    assert [answer.bad_frames for answer in answers] == [1, 0]
    assert [answer.rx_overruns for answer in answers] == [1, 1]


def test_empty_frames_are_ignored(fake_device: Path) -> None:
    assert kinds(exchange(fake_device, FLUSH * 5 + hello(0) + FLUSH * 3)) == [(HELLO_ANSWER, 0)]


def test_error_is_an_answer_like_others(fake_device: Path) -> None:
    unknown = encode_frame(Frame(0x55, 1))
    frames = exchange(fake_device, hello(0) + unknown + unknown + status(2))
    assert kinds(frames)[1:] == [(ERROR_TYPE, 1), (ERROR_TYPE, 1), (STATUS_ANSWER, 2)]
    assert frames[1] == frames[2]


def baud(seq: int) -> bytes:
    return encode(seq, BaudRequest(460_800))


def rates(device: Path, data: bytes, then: bytes = b"") -> list[str]:
    """The rates that the line goes on at; between `data` and `then` it is silent."""
    told = events(device, data + then, silent_behind=len(data))
    return [event.removeprefix("baud ") for event in told if event.startswith("baud")]


def test_a_rate_at_which_nothing_is_heard_is_given_up(fake_device: Path) -> None:
    assert rates(fake_device, hello(0) + baud(1), status(2)) == ["460800", "115200"]


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(hello(9) * 5, id="greeted again and again"),
        pytest.param(status(2) * 5, id="the same request again and again"),
        pytest.param(status(7) * 5, id="out of order"),
        pytest.param(status(2)[1:] * 5, id="garbage"),
    ],
)
def test_a_rate_at_which_no_answer_is_heard_is_given_up(fake_device: Path, heard: bytes) -> None:
    assert rates(fake_device, hello(0) + baud(1) + heard) == ["460800", "115200"]


def test_a_rate_at_which_answers_are_heard_stays(fake_device: Path) -> None:
    assert rates(fake_device, hello(0) + baud(1) + hello(9) + status(10), status(11)) == ["460800"]
    assert rates(fake_device, hello(0) + baud(1) + status(2) + status(3), status(3)) == ["460800"]


def test_garbage_without_end_ends_a_rate(fake_device: Path) -> None:
    proven = hello(0) + baud(1) + status(2) + status(3)
    assert rates(fake_device, proven + (status(4)[1:] * 31 + status(4)) * 3) == ["460800"]
    assert rates(fake_device, proven + status(4)[1:] * 32 + status(4)) == ["460800", "115200"]


def test_silence_is_no_fault_of_the_first_rate(fake_device: Path) -> None:
    assert rates(fake_device, hello(0) + status(1), status(2)) == []


@given(st.lists(st.integers(0, 12), max_size=40))
def test_any_order_of_requests(fake_device: Path, seqs: list[int]) -> None:
    """The rules in a few lines: what is expected is executed, what is cached repeated, all else refused."""
    expected, cached = 1, [0]
    answers = [(HELLO_ANSWER, 0)]
    for seq in seqs:
        if seq == expected:
            expected += 1
            cached = [*cached, seq][-WINDOW:]
        answers.append((HELLO_ANSWER if seq == 0 else STATUS_ANSWER, seq) if seq in cached else (NAK_TYPE, expected))
    assert kinds(exchange(fake_device, hello(0) + b"".join(map(status, seqs)))) == answers


some_payloads = st.binary(max_size=16) | st.binary(min_size=MAX_PAYLOAD_BYTES, max_size=MAX_PAYLOAD_BYTES)
some_requests = st.lists(st.tuples(st.integers(0, 12), some_payloads), max_size=12)


@given(some_requests, st.booleans(), st.binary(max_size=60))
def test_anything_is_answered(
    fake_device: Path, requests: list[tuple[int, bytes]], with_model: bool, garbage: bytes
) -> None:
    """Requests of any type and content, then garbage: one answer each, no crash, and the link still works."""
    model = FakeModel().requests() if with_model else []
    begin = [hello(0), *(encode(seq, request) for seq, request in enumerate(model, 1))]
    # A HELLO would begin the order anew.
    frames = [
        encode_frame(Frame(0x20 if kind == MessageType.HELLO else kind, seq, payload))
        for seq, (kind, payload) in enumerate(requests, len(begin))
    ]
    sent = [*begin, *frames]
    answers = exchange(fake_device, b"".join(sent) + garbage + FLUSH + hello(9))
    assert [frame.seq for frame in answers[: len(sent)]] == list(range(len(sent)))
    assert kinds(answers)[-1] == (HELLO_ANSWER, 9)


@given(st.binary(max_size=3000))
def test_any_bytes(fake_device: Path, data: bytes) -> None:
    assert kinds(exchange(fake_device, data + FLUSH + hello(3)))[-1] == (HELLO_ANSWER, 3)
