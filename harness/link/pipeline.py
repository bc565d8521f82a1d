"""Go-back-N on the host's side: several requests under way, answers in order, whatever the line does to bytes.

It does no I/O and reads no clock: bytes and times go in, bytes and a deadline come out. The device's rules are in
docs/architecture.md, "The link". A request may be sent any number of times: the device executes it once.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from harness.errors import LinkError
from harness.link.frames import FLUSH, BadFrame, Frame, FrameDecoder, encode_frame
from harness.link.messages import ANSWER_BIT, ERROR_TYPE, NAK_TYPE, MessageType, Request
from harness.link.patience import Patience

_SEQ_COUNT = 1 << 16


@dataclass(frozen=True)
class Answer:
    """What the device says to a request: `frame` has the answer's type or ERROR."""

    request: Request
    frame: Frame


@dataclass(eq=False)
class _Pending:
    """A request without an answer, or one whose answer waits for those before it."""

    seq: int
    request: Request
    encoded: bytes
    work: int
    sent: bool = False  # at least once
    in_flight: bool = False  # sent, and nothing says that it or its answer was lost
    hurried: bool = False  # sent again before its time, which is done once per attempt
    answer: Frame | None = None


_SILENCE_FIX = {
    MessageType.HELLO: "the firmware did not start: check the memories, stack_bytes and serial of its boards.toml entry"
}


class Pipeline:
    """The requests under way.

    `window` and `credit_bytes` are the device's limits on unanswered requests and on their encoded bytes; until the
    device has told them only one request is under way.

    Args:
        patience: how long to wait for answers.
        first_seq: the seq of the first request.
    """

    def __init__(self, patience: Patience, first_seq: int) -> None:
        self.window = 1
        self.credit_bytes = 0
        self._patience = patience
        self._next_seq = first_seq % _SEQ_COUNT
        self._decoder = FrameDecoder()
        self._queue: deque[_Pending] = deque()
        self._gate: _Pending | None = None  # after a rewind nothing behind this one is sent until it is answered
        self._attempt = 0  # of the first request in the queue
        self._attempted_s = 0.0  # when it was last sent or became the first
        self._device_expects: int | None = None  # a seq that was never sent: the device started anew

    @property
    def idle(self) -> bool:
        return not self._queue

    @property
    def room(self) -> int:
        """How many requests may be submitted now."""
        return self.window - len(self._queue)

    def forget(self) -> None:
        """Drop what is under way: its answers count as late."""
        self._decoder = FrameDecoder()
        self._queue.clear()
        self._gate = None
        self._attempt = 0
        self._device_expects = None

    def submit(self, request: Request, work: int = 1) -> None:
        """Queue a request; there must be `room`. `work`: the number of inferences it asks for."""
        # The delimiter in front ends what a lost delimiter would have joined to this frame.
        encoded = FLUSH + encode_frame(Frame(request.type, self._next_seq, request.pack()))
        self._queue.append(_Pending(self._next_seq, request, encoded, work))
        self._next_seq = (self._next_seq + 1) % _SEQ_COUNT

    @property
    def deadline_s(self) -> float | None:
        """When `outgoing` must be called again even if nothing arrives. None: nothing is under way."""
        if not self._queue or not self._queue[0].sent:
            return None
        first = self._queue[0]
        return self._attempted_s + self._patience.wait_s(first.request.type, first.work, self._attempt)

    def outgoing(self, now_s: float) -> bytes:
        """The bytes to send now.

        Raises:
            LinkError: the first request was sent as often as patience allows, and no answer came.
        """
        if self.deadline_s is not None and now_s >= self.deadline_s:
            self._try_again()
        pieces = []
        in_flight_bytes = sum(len(pending.encoded) for pending in self._queue if pending.in_flight)
        for pending in self._queue:
            if pending.answer is None and not pending.in_flight:
                if in_flight_bytes and in_flight_bytes + len(pending.encoded) > self.credit_bytes:
                    break
                pieces.append(pending.encoded)
                in_flight_bytes += len(pending.encoded)
                self._mark_sent(pending, now_s)
            if pending is self._gate:
                break
        return b"".join(pieces)

    def receive(self, data: bytes, now_s: float) -> list[Answer]:
        """The answers that `data` completes, in the order of the requests, each once."""
        for frame in self._decoder.feed(data):
            if isinstance(frame, BadFrame):
                self._hurry(itertools.islice(self._queue, 1))  # most likely its answer
            elif frame.type == NAK_TYPE:
                self._rewind(frame.seq)
            else:
                self._accept(frame)
        return self._take_answers(now_s)

    def _mark_sent(self, pending: _Pending, now_s: float) -> None:
        if pending is self._queue[0]:
            self._attempted_s = now_s
        pending.sent = pending.in_flight = True

    def _try_again(self) -> None:
        first = self._queue[0]
        attempts = self._patience.attempts(first.request.type)
        if self._attempt + 1 >= attempts:
            restarted = "" if self._device_expects is None else f"; it expects request {self._device_expects}"
            raise LinkError(
                f"no answer to {first.request.type.name} (request {first.seq}) after {attempts} attempts{restarted}",
                _SILENCE_FIX.get(first.request.type, "see whether the device hangs, or give more --inference-timeout"),
            )
        self._attempt += 1
        self._gate = first
        for pending in self._queue:
            pending.in_flight = pending.hurried = False

    def _hurry(self, suspects: Iterable[_Pending]) -> None:
        """Send again those in flight whose answers seem lost."""
        for pending in suspects:
            if pending.in_flight and not pending.hurried:
                pending.hurried = True
                pending.in_flight = False

    def _rewind(self, expected: int) -> None:
        """The device dropped the request `expected` and will drop all behind it, but has answered all before it."""
        index = self._index(expected)
        if index is None:
            self._device_expects = expected
            return
        pending = self._queue[index]
        self._hurry(itertools.islice(self._queue, index))
        if pending.in_flight and not pending.hurried:
            pending.hurried = True
            # One frame alone surely fits beside what the device may still have to read and drop.
            self._gate = pending
            for behind in itertools.islice(self._queue, index, None):
                behind.in_flight = False

    def _accept(self, frame: Frame) -> None:
        index = self._index(frame.seq)
        if index is None:
            return  # late, or answered already
        pending = self._queue[index]
        fits = frame.type in (pending.request.type | ANSWER_BIT, ERROR_TYPE)
        if not fits or not pending.sent:
            return  # an earlier host's
        pending.answer = frame
        pending.in_flight = False
        if pending is self._gate:
            self._gate = None
        self._hurry(itertools.islice(self._queue, index))  # answers come in order

    def _take_answers(self, now_s: float) -> list[Answer]:
        answers = []
        while self._queue and (frame := self._queue[0].answer) is not None:
            done = self._queue.popleft()
            if self._attempt == 0:
                self._patience.observe(done.request.type, done.work, now_s - self._attempted_s)
            self._attempted_s = now_s
            self._attempt = 0
            self._device_expects = None
            answers.append(Answer(done.request, frame))
        return answers

    def _index(self, seq: int) -> int | None:
        """The place of the request `seq` in the queue."""
        if not self._queue:
            return None
        index = (seq - self._queue[0].seq) % _SEQ_COUNT
        return index if index < len(self._queue) else None
