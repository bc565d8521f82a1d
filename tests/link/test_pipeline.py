"""The pipeline's rules one by one: what is sent when, and how soon a loss is made good."""

from __future__ import annotations

import pytest

from harness.errors import LinkError
from harness.link.frames import Frame, FrameDecoder, encode_frame
from harness.link.messages import (
    ANSWER_BIT,
    NAK_TYPE,
    HelloRequest,
    InferRequest,
    Nak,
    NakReason,
    Request,
    StatusRequest,
    TimeRequest,
)
from harness.link.patience import ATTEMPTS, Patience
from harness.link.pipeline import Pipeline

FIRST_SEQ = 65534  # so that seq wraps on the way
INFER = InferRequest(0, b"vector")
ENCODED_BYTES = 21  # delimiter, COBS, type, seq, offset, vector, CRC, two delimiters


def make_pipeline(requests: int, window: int = 4, credit_bytes: int = 1000) -> Pipeline:
    pipeline = Pipeline(Patience(compute_timeout_s=30.0), FIRST_SEQ)
    pipeline.window, pipeline.credit_bytes = window, credit_bytes
    for _ in range(requests):
        pipeline.submit(INFER)
    return pipeline


def sent(pipeline: Pipeline, now_s: float = 0.0) -> list[int]:
    """What the pipeline sends now, as places counted from the first request."""
    frames = FrameDecoder().feed(pipeline.outgoing(now_s))
    assert all(isinstance(frame, Frame) for frame in frames)
    return [(frame.seq - FIRST_SEQ) % 65536 for frame in frames if isinstance(frame, Frame)]


def answer(place: int, request: Request = INFER) -> bytes:
    return encode_frame(Frame(request.type | ANSWER_BIT, (FIRST_SEQ + place) % 65536, bytes([place])))


def nak(place: int, reason: NakReason = NakReason.OUT_OF_ORDER) -> bytes:
    return encode_frame(Frame(NAK_TYPE, (FIRST_SEQ + place) % 65536, Nak(reason).pack()))


def received(pipeline: Pipeline, data: bytes, now_s: float = 0.0) -> list[int]:
    """The places of the answers that `data` gives."""
    return [item.frame.payload[0] for item in pipeline.receive(data, now_s)]


def test_as_many_are_sent_as_the_window_takes_and_no_frame_twice() -> None:
    pipeline = make_pipeline(4)
    assert pipeline.room == 0
    assert sent(pipeline) == [0, 1, 2, 3]
    assert sent(pipeline) == []
    assert received(pipeline, answer(0) + answer(1)) == [0, 1]
    assert pipeline.room == 2


def test_no_more_bytes_are_sent_than_the_device_can_hold() -> None:
    pipeline = make_pipeline(4, credit_bytes=2 * ENCODED_BYTES)
    assert len(pipeline.outgoing(0.0)) == 2 * ENCODED_BYTES
    assert received(pipeline, answer(0)) == [0]
    assert sent(pipeline) == [2]


def test_a_frame_begins_with_a_delimiter_that_ends_garbage_and_ends_with_one_to_spare() -> None:
    encoded = make_pipeline(1).outgoing(0.0)
    assert encoded.startswith(b"\0")
    assert encoded.endswith(b"\0\0")


def test_nothing_follows_what_asks_for_a_timed_window() -> None:
    pipeline = make_pipeline(0)
    pipeline.submit(TimeRequest(1))
    assert not pipeline.outgoing(0.0).endswith(b"\0\0")


def test_a_nak_is_obeyed_at_once_and_one_frame_tries_the_way() -> None:
    pipeline = make_pipeline(4)
    sent(pipeline)
    assert received(pipeline, answer(0) + nak(1)) == [0]
    assert sent(pipeline) == [1]
    assert received(pipeline, answer(1)) == [1]
    assert sent(pipeline) == [2, 3]


def test_further_naks_of_the_same_loss_send_nothing_again() -> None:
    pipeline = make_pipeline(4)
    sent(pipeline)
    received(pipeline, nak(1) + nak(1))
    assert sent(pipeline) == [0, 1]
    received(pipeline, nak(1))
    assert sent(pipeline) == []


def test_a_nak_says_that_missing_answers_before_it_are_lost() -> None:
    pipeline = make_pipeline(3)
    sent(pipeline)
    received(pipeline, nak(3))
    assert sent(pipeline) == []  # nothing is known of a request not yet made
    received(pipeline, nak(2))
    assert sent(pipeline) == [0, 1, 2]


def test_what_is_damaged_again_and_again_is_sent_again_each_time() -> None:
    pipeline = make_pipeline(2)
    sent(pipeline)
    deadline_s = pipeline.deadline_s
    assert deadline_s is not None
    for _ in range(10):
        received(pipeline, nak(0, NakReason.BAD_FRAME))
        assert sent(pipeline, deadline_s / 2) == [0]
    assert pipeline.deadline_s == deadline_s  # no faults put off the end
    assert received(pipeline, answer(0)) == [0]
    assert sent(pipeline) == [1]


def test_a_gap_in_the_answers_is_filled_at_once() -> None:
    pipeline = make_pipeline(3)
    sent(pipeline)
    assert received(pipeline, answer(1)) == []
    assert sent(pipeline) == [0]
    assert received(pipeline, answer(2)) == []
    assert sent(pipeline) == []  # once is enough
    assert received(pipeline, answer(0)) == [0, 1, 2]
    assert pipeline.idle


def test_a_damaged_answer_is_asked_for_at_once() -> None:
    pipeline = make_pipeline(3)
    sent(pipeline)
    for place in (0, 1, 2, 0):  # what was sent first is answered first
        assert received(pipeline, b"\x07damaged\0") == []
        assert sent(pipeline) == [place]
    assert (pipeline.faults.bad_frames, pipeline.faults.resent_frames) == (4, 4)


def test_what_is_late_while_it_greets_is_no_fault_of_the_line() -> None:
    pipeline = make_pipeline(0)
    hello = HelloRequest()
    pipeline.submit(hello)
    assert sent(pipeline, 0.0) == sent(pipeline, 10.0) == [0]
    late = answer(0, hello)
    assert received(pipeline, late[3:] + late, 10.0) == [0]  # the end of the answer to an earlier one comes first
    assert (pipeline.faults.bad_frames, pipeline.faults.resent_frames) == (0, 0)


def test_an_answer_says_that_those_to_what_was_sent_before_are_lost() -> None:
    pipeline = make_pipeline(2)
    sent(pipeline)
    received(pipeline, b"\x07damaged\0")
    assert sent(pipeline) == [0]  # behind 1
    assert received(pipeline, answer(0)) == [0]
    assert sent(pipeline) == [1]


def test_late_and_repeated_answers_are_dropped() -> None:
    pipeline = make_pipeline(2)
    sent(pipeline)
    assert received(pipeline, answer(0) + answer(0) + answer(1)) == [0, 1]
    assert received(pipeline, answer(1)) == []


def test_an_answer_to_another_kind_of_request_is_not_taken() -> None:
    pipeline = make_pipeline(1)
    sent(pipeline)
    assert received(pipeline, answer(0, StatusRequest())) == []
    assert received(pipeline, answer(0)) == [0]


def test_an_answer_before_its_request_is_not_taken() -> None:
    pipeline = make_pipeline(1)
    assert received(pipeline, answer(0)) == []
    assert sent(pipeline) == [0]


def test_a_silent_device_is_asked_ever_more_slowly_and_then_given_up() -> None:
    pipeline = make_pipeline(2)
    assert pipeline.deadline_s is None
    sent(pipeline)
    times_s = []
    for _ in range(ATTEMPTS - 1):
        assert pipeline.deadline_s is not None
        times_s.append(pipeline.deadline_s)
        assert sent(pipeline, times_s[-1]) == [0]
    assert times_s == [2.0, 6.0, 14.0]
    assert pipeline.deadline_s == 30.0
    for _ in range(2):  # and it stays given up
        with pytest.raises(LinkError, match=f"no answer to INFER .* after {ATTEMPTS} attempts"):
            pipeline.outgoing(30.0)


def test_every_answer_renews_patience() -> None:
    pipeline = make_pipeline(2)
    sent(pipeline)
    sent(pipeline, 2.0)
    assert received(pipeline, answer(0), 3.0) == [0]
    assert sent(pipeline, 3.0) == [1]
    assert pipeline.deadline_s == 5.0  # as before: of a request sent twice it is not known which was heard


def test_later_answers_are_expected_in_ten_times_the_longest_seen() -> None:
    pipeline = make_pipeline(2)
    sent(pipeline)
    assert received(pipeline, answer(0), 0.15) == [0]
    assert pipeline.deadline_s == 0.15 + 1.5


def test_work_is_waited_for_in_proportion() -> None:
    patience = Patience(compute_timeout_s=30.0)
    assert patience.wait_s(INFER.type, 5, 0) == 10.0
    patience.observe(INFER.type, 5, 0.75)
    assert patience.wait_s(INFER.type, 2, 0) == pytest.approx(3.0)
    patience.observe(INFER.type, 1, 25.0)
    assert patience.wait_s(INFER.type, 2, 0) == 4.0  # never more than at first
    patience.forget()
    assert patience.wait_s(INFER.type, 1, 0) == 2.0


def test_a_starting_device_is_greeted_often() -> None:
    pipeline = Pipeline(Patience(compute_timeout_s=30.0), FIRST_SEQ)
    pipeline.submit(HelloRequest())
    sent(pipeline)
    assert pipeline.deadline_s is not None
    assert pipeline.deadline_s < 0.1
