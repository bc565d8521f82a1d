"""Go-back-N on the host's side: several requests under way, answers in order, whatever the line does to bytes.

It does no I/O and reads no clock: bytes and times go in, bytes and a deadline come out. The device's rules are in
docs/architecture.md, "The link". A request may be sent any number of times: the device executes it once.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass

from harness.errors import LinkError
from harness.link.frames import FLUSH, BadFrame, Frame, FrameDecoder, encode_frame
from harness.link.messages import ANSWER_BIT, ERROR_TYPE, NAK_TYPE, MessageType, Nak, NakReason, Request
from harness.link.patience import QUIET, Patience

_SEQ_COUNT = 1 << 16
_BAD_FRAME = Nak(NakReason.BAD_FRAME).pack()


@dataclass(frozen=True)
class Answer:
    """What the device says to a request: `frame` has the answer's type or ERROR."""

    request: Request
    frame: Frame


@dataclass
class LineFaults:
    """What the host sees of a line's faults: frames that arrived damaged, and frames that it sent again.

    Nothing counts while it greets: HELLO is sent again so soon that a busy computer is enough, and of the answer to an
    earlier one the end may be all that is heard.
    """

    bad_frames: int = 0
    resent_frames: int = 0


@dataclass(eq=False)
class _Pending:
    """A request without an answer, or one whose answer waits for those before it."""

    seq: int
    request: Request
    encoded: bytes
    work: int
    times_sent: int = 0
    tries: int = 0  # of those, in the attempt under way
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
        self.faults = LineFaults()
        self.window = 1
        self.credit_bytes = 0
        self._patience = patience
        self._next_seq = first_seq % _SEQ_COUNT
        self._decoder = FrameDecoder()
        self._queue: deque[_Pending] = deque()
        # Sent, in this order, and nothing says that they or their answers were lost: answers come in this order, too.
        self._on_line: deque[_Pending] = deque()
        self._gate: _Pending | None = None  # after a rewind nothing behind this one is sent until it is answered
        self._attempt = 0  # of the first request in the queue
        self._attempted_s = 0.0  # when that began, or it became the first
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
        self._on_line.clear()
        self._gate = None
        self._attempt = 0
        self._device_expects = None

    def submit(self, request: Request, work: int = 1) -> None:
        """Queue a request; there must be `room`. `work`: the number of inferences it asks for."""
        # One delimiter more ends what stands in front of this frame; one stands in for its own, should that be damaged.
        spare = b"" if request.type in QUIET else FLUSH
        encoded = FLUSH + encode_frame(Frame(request.type, self._next_seq, request.pack())) + spare
        self._queue.append(_Pending(self._next_seq, request, encoded, work))
        self._next_seq = (self._next_seq + 1) % _SEQ_COUNT

    @property
    def deadline_s(self) -> float | None:
        """When `outgoing` must be called again even if nothing arrives. None: nothing is under way."""
        if not self._queue or not self._queue[0].times_sent:
            return None
        first = self._queue[0]
        return self._attempted_s + self._patience.wait_s(first.request.type, first.work, self._attempt)

    def outgoing(self, now_s: float) -> bytes:
        """The bytes to send now.

        Raises:
            LinkError: the first request was sent as often as patience allows, and no answer came.
        """
        if self.deadline_s is not None and now_s >= self.deadline_s:
            self._try_again(now_s)
        pieces = []
        on_line_bytes = sum(len(pending.encoded) for pending in self._on_line)
        for pending in self._queue:
            if pending.answer is None and pending not in self._on_line:
                if on_line_bytes and on_line_bytes + len(pending.encoded) > self.credit_bytes:
                    break
                pieces.append(pending.encoded)
                on_line_bytes += len(pending.encoded)
                self._mark_sent(pending, now_s)
            if pending is self._gate:
                break
        return b"".join(pieces)

    def receive(self, data: bytes, now_s: float) -> list[Answer]:
        """The answers that `data` completes, in the order of the requests, each once."""
        for frame in self._decoder.feed(data):
            if isinstance(frame, BadFrame):
                self.faults.bad_frames += not self._greets
                self._lose_oldest()
            elif frame.type == NAK_TYPE:
                self._obey(frame)
            else:
                self._accept(frame)
        return self._take_answers(now_s)

    @property
    def _greets(self) -> bool:
        return bool(self._queue) and self._queue[0].request.type is MessageType.HELLO

    def _mark_sent(self, pending: _Pending, now_s: float) -> None:
        if pending is self._queue[0] and not pending.times_sent:
            self._attempted_s = now_s
        self.faults.resent_frames += pending.times_sent > 0 and not self._greets
        pending.times_sent += 1
        pending.tries += 1
        self._on_line.append(pending)

    def _try_again(self, now_s: float) -> None:
        first = self._queue[0]
        attempts = self._patience.attempts(first.request.type)
        if self._attempt + 1 >= attempts:
            restarted = "" if self._device_expects is None else f"; it expects request {self._device_expects}"
            raise LinkError(
                f"no answer to {first.request.type.name} (request {first.seq}) after {attempts} attempts{restarted}",
                _SILENCE_FIX.get(first.request.type, "see whether the device hangs, or give more --inference-timeout"),
            )
        self._attempt += 1
        self._attempted_s = now_s  # not later, however often this attempt sends it: a bad line must not put off the end
        self._gate = first
        self._on_line.clear()
        for pending in self._queue:
            pending.tries = 0

    def _lose_oldest(self) -> None:
        """A frame is damaged. Most likely it is the answer to what was sent first, or that was."""
        if self._on_line and self._on_line[0].tries < self._patience.tries(self._on_line[0].request.type):
            self._on_line.popleft()

    def _lose_before(self, answered: _Pending) -> None:
        """The device has answered `answered`: the answers to what was sent before it are lost."""
        while self._on_line[0] is not answered:
            self._on_line.popleft()

    def _obey(self, nak: Frame) -> None:
        """The device dropped a frame. It waits for the request `nak.seq`, and has answered all before that."""
        expected = self._find(nak.seq)
        if expected is None:
            self._device_expects = nak.seq
        if expected is not None and expected is not self._gate and expected in self._on_line:
            self._rewind(expected)
        elif nak.payload[:1] == _BAD_FRAME:
            self._lose_oldest()
        # Else it is about a frame behind a lost one, which is on the line again.

    def _rewind(self, expected: _Pending) -> None:
        """Request again from `expected` on: the device drops all that is behind it."""
        self._lose_before(expected)
        for behind in itertools.islice(self._queue, self._place(expected), None):
            if behind in self._on_line:
                self._on_line.remove(behind)
        # One frame alone surely fits beside what the device may still have to read and drop.
        self._gate = expected

    def _accept(self, frame: Frame) -> None:
        pending = self._find(frame.seq)
        if pending is None:
            return  # late, or answered already
        fits = frame.type in (pending.request.type | ANSWER_BIT, ERROR_TYPE)
        if not fits or not pending.times_sent:
            return  # an earlier host's
        pending.answer = frame
        if pending in self._on_line:
            self._lose_before(pending)
            self._on_line.remove(pending)
        if pending is self._gate:
            self._gate = None

    def _take_answers(self, now_s: float) -> list[Answer]:
        answers = []
        while self._queue and (frame := self._queue[0].answer) is not None:
            done = self._queue.popleft()
            if done.times_sent == 1:
                self._patience.observe(done.request.type, done.work, now_s - self._attempted_s)
            self._attempted_s = now_s
            self._attempt = 0
            self._device_expects = None
            answers.append(Answer(done.request, frame))
        return answers

    def _find(self, seq: int) -> _Pending | None:
        """The request `seq`, if it is in the queue."""
        if not self._queue:
            return None
        index = (seq - self._queue[0].seq) % _SEQ_COUNT
        return self._queue[index] if index < len(self._queue) else None

    def _place(self, pending: _Pending) -> int:
        """How many requests are in the queue before it."""
        return (pending.seq - self._queue[0].seq) % _SEQ_COUNT
