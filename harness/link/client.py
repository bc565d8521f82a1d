"""The device: what the host asks it for, over a byte stream."""

from __future__ import annotations

import itertools
import secrets
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from harness.errors import LinkError, ModelError, VectorError
from harness.link.failures import device_error
from harness.link.messages import (
    ERROR_TYPE,
    PROTOCOL,
    ArenaPart,
    ArenaRequest,
    BaudRequest,
    Counters,
    CountersRequest,
    DeviceStatus,
    Done,
    ErrorAnswer,
    Hello,
    HelloRequest,
    InferRequest,
    InputRequest,
    LayersRequest,
    LayerTimes,
    Loaded,
    Message,
    ModelLoadRequest,
    ModelWriteRequest,
    OutputBytes,
    OutputRequest,
    ProfiledRun,
    ProfileRequest,
    Request,
    SelfCheck,
    SelfCheckRequest,
    StatusRequest,
    TimedRun,
    TimeRequest,
)
from harness.link.patience import HELLO_ATTEMPTS, Patience
from harness.link.pipeline import Answer, LineFaults, Pipeline

_OFFSET_BYTES = 4  # in front of the data in MODEL_WRITE, INPUT and INFER
M = TypeVar("M", bound=Message)


class Stream(Protocol):
    """What the link needs of a line, e.g. `harness.target.ByteStream`."""

    def read(self, timeout_s: float) -> bytes: ...
    def write(self, data: bytes) -> None: ...


@dataclass(frozen=True)
class Profile:
    """An inference with hooks around its ops. `layers`: (begin, end) of each op in ticks since the start.

    Ops that the device had no room for were timed in further inferences; `ticks` are the first one's, `interrupts`
    those of all.
    """

    ticks: int
    interrupts: int
    layers: list[tuple[int, int]]


class Device:
    """A started firmware, greeted. Its methods raise TargetError when it dies and LinkError when it stays silent.

    Args:
        stream: the line to it.
        compute_timeout_s: how long an inference or load may take at most; later ones are judged by the first ones too.
        clock: seconds that only grow.
        first_seq: where requests start to count. None: anywhere, so that what an earlier host's requests left on the
            line is not taken for answers to this one's.

    Attributes:
        stream: the line.

    Raises:
        LinkError: it does not answer, or speaks another protocol.
    """

    def __init__(
        self,
        stream: Stream,
        compute_timeout_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        first_seq: int | None = None,
    ) -> None:
        self.stream = stream
        self._clock = clock
        self._patience = Patience(compute_timeout_s)
        self._pipeline = Pipeline(self._patience, secrets.randbits(16) if first_seq is None else first_seq)
        self._exchanges = 0
        self._loaded: Loaded | None = None
        self.hello = self._greet()
        self._pipeline.window = self.hello.window
        self._pipeline.credit_bytes = self.hello.rx_buffer_bytes

    def greet(self, attempts: int = HELLO_ATTEMPTS) -> None:
        """Begin anew, as with a device never spoken to: what is under way is dropped, and STATUS counts from here.

        Raises:
            LinkError: it does not answer any of so many attempts, 0.03 s apart.
        """
        self._pipeline.forget()
        self._patience.hello_attempts = attempts
        self.hello = self._greet()

    def ignore(self, seconds: float) -> None:
        """Send nothing for so long, and drop what comes."""
        until_s = self._clock() + seconds
        while (left_s := until_s - self._clock()) > 0:
            self.stream.read(left_s)

    def set_baud(self, baud: int) -> None:
        """Have the device go on at `baud` bits a second after its answer; the host's end is the caller's to change.

        It goes back to 115200 unless two requests are answered at the new rate, with no silence of 0.5 s before.

        Raises:
            DeviceError: its UART does not make this rate, or none but its own.
        """
        self._ask(BaudRequest(baud), Done)

    @property
    def faults(self) -> LineFaults:
        """What this side saw of the line's faults."""
        return self._pipeline.faults

    def status(self) -> DeviceStatus:
        """The device's counters."""
        return self._ask(StatusRequest(), DeviceStatus)

    def upload(self, model: bytes) -> None:
        """Write `model` into the model slot.

        Raises:
            ModelError: it is larger than the slot.
            DeviceError: the slot is flash.
        """
        if len(model) > self.hello.slot_bytes:
            raise ModelError(
                f"the model has {len(model)} bytes, the model slot of {self.hello.board} {self.hello.slot_bytes}",
                "make the model smaller, or use a board with a larger slot",
            )
        pieces = _pieces(len(model), self.hello.max_payload - _OFFSET_BYTES)
        requests = (ModelWriteRequest(start, model[start:end]) for start, end in pieces)
        for payload in self._exchange(requests):
            Done.unpack(payload)

    def load(self, model: bytes) -> Loaded:
        """Have the engine prepare `model`, which is in the slot.

        Raises:
            RefusedModelError: the engine cannot run it, or not in this arena.
            DeviceError: something else is in the slot.
        """
        self._loaded = None
        self._patience.forget()
        self._loaded = self._ask(ModelLoadRequest(len(model), zlib.crc32(model)), Loaded)
        return self._loaded

    def arena_parts(self) -> list[ArenaPart]:
        """What of the arena the loaded model takes for what; adds up to what `load` said.

        Raises:
            DeviceError: no model is loaded.
        """
        asked = (self._ask(ArenaRequest(index), ArenaPart) for index in itertools.count())
        return list(itertools.takewhile(lambda part: part.name, asked))

    def infer(self, vector: bytes) -> bytes:
        """Run once: the input tensors' bytes, concatenated in model order, to those of the output tensors.

        Raises:
            VectorError: `vector` has the wrong size.
            DeviceError: the engine failed, or no model is loaded.
        """
        (output,) = self.infer_many([vector])
        return output

    def infer_many(self, vectors: Iterable[bytes]) -> Iterator[bytes]:
        """Like `infer` for each vector, in order, while the next ones travel; takes a vector when there is room for it.

        The device must not be asked for anything else until the outputs are taken or the iterator is dropped.
        """
        loaded = self._need_model()
        outputs = _pieces(loaded.output_bytes, self.hello.max_payload)
        requests = (request for vector in vectors for request in self._inference(vector, outputs))
        answers_each = len(self._input_pieces(loaded)) + max(len(outputs) - 1, 0)
        answers = self._exchange(requests)
        while pieces := list(itertools.islice(answers, answers_each)):
            output = b"".join(OutputBytes.unpack(payload).data for payload in pieces)
            if len(output) != loaded.output_bytes:
                raise _disagreement(f"INFER: {len(output)} of {loaded.output_bytes} output bytes came")
            yield output

    def time(self, vector: bytes, count: int = 1) -> TimedRun:
        """A quiet window around `count` inferences; the first is on `vector`, which the engine may overwrite."""
        self._write_input(vector)
        return self._ask(TimeRequest(count), TimedRun, work=count)

    def rest(self, seconds: float) -> None:
        """Ask the device for nothing for so long."""
        until_s = self._clock() + seconds
        while (left_s := until_s - self._clock()) > 0:
            self._pipeline.receive(self.stream.read(left_s), self._clock())

    def profile(self, vector: bytes) -> Profile:
        """An inference on `vector` in a quiet window, with a timestamp before and after each op.

        A model with more ops than the device records at once runs several times.
        """
        run, layers = self._profile_from(vector, 0)
        interrupts = run.interrupts
        while len(layers) < run.op_count:
            next_run, next_layers = self._profile_from(vector, len(layers))
            if not next_layers:
                raise _disagreement(f"LAYERS: {len(layers)} of {run.op_count} ops came")
            interrupts += next_run.interrupts
            layers += next_layers
        return Profile(run.ticks, interrupts, layers)

    def counters(self, index: int) -> tuple[int, ...]:
        """What was counted in cost region `index` of the last `time` (which has one) or `profile` (one for each op).

        The order is that of docs/architecture.md, "Cost regions"; empty where nothing counts.

        Raises:
            DeviceError: there are fewer regions.
        """
        return self._ask(CountersRequest(index), Counters).unpacked()

    def self_check(self) -> SelfCheck:
        """Time a loop of known length, and nothing at all."""
        return self._ask(SelfCheckRequest(), SelfCheck)

    def _profile_from(self, vector: bytes, first: int) -> tuple[ProfiledRun, list[tuple[int, int]]]:
        """One inference, with the (begin, end) of its ops from `first` on, as many as it recorded."""
        self._write_input(vector)
        run = self._ask(ProfileRequest(first), ProfiledRun)
        layers: list[tuple[int, int]] = []
        while first + len(layers) < run.recorded_end:
            spans = self._ask(LayersRequest(first + len(layers)), LayerTimes).spans()
            if not spans:
                break
            layers += spans
        return run, layers

    def _greet(self) -> Hello:
        (payload,) = self._exchange([HelloRequest()])
        protocol = Hello.read_protocol(payload)
        if protocol != PROTOCOL:
            raise LinkError(
                f"the firmware speaks protocol {protocol}, this harness {PROTOCOL}", "rebuild and flash the firmware"
            )
        hello = Hello.unpack(payload)
        if hello.window < 1 or hello.max_payload <= _OFFSET_BYTES:
            raise _disagreement(f"HELLO: window {hello.window} and max_payload {hello.max_payload} leave no room")
        return hello

    def _need_model(self) -> Loaded:
        if self._loaded is None:
            raise LinkError("no model is loaded on the device", "call load() first")
        return self._loaded

    def _input_pieces(self, loaded: Loaded) -> list[tuple[int, int]]:
        """(start, end) of each frame's share of the input, at least one: INFER must be sent even for no bytes."""
        return _pieces(loaded.input_bytes, self.hello.max_payload - _OFFSET_BYTES) or [(0, 0)]

    def _inference(self, vector: bytes, outputs: list[tuple[int, int]]) -> Iterator[Request]:
        loaded = self._checked(vector)
        *head, (start, end) = self._input_pieces(loaded)
        for head_start, head_end in head:
            yield InputRequest(head_start, vector[head_start:head_end])
        yield InferRequest(start, vector[start:end])
        for output_start, output_end in outputs[1:]:
            yield OutputRequest(output_start, output_end - output_start)

    def _write_input(self, vector: bytes) -> None:
        loaded = self._checked(vector)
        requests = (InputRequest(start, vector[start:end]) for start, end in self._input_pieces(loaded))
        for payload in self._exchange(requests):
            Done.unpack(payload)

    def _checked(self, vector: bytes) -> Loaded:
        loaded = self._need_model()
        if len(vector) != loaded.input_bytes:
            raise VectorError(
                f"a vector of {len(vector)} bytes for inputs of {loaded.input_bytes} bytes",
                "encode the vectors for the model that is loaded",
            )
        return loaded

    def _ask(self, request: Request, answer: type[M], work: int = 1) -> M:
        (payload,) = self._exchange([request], work)
        return answer.unpack(payload)

    def _exchange(self, requests: Iterable[Request], work: int = 1) -> Iterator[bytes]:
        """The answers' payloads, in order; takes requests as the device has room for them.

        Raises:
            HarnessError: the device answers ERROR; what is still under way is dropped by the next exchange.
        """
        self._exchanges += 1
        turn = self._exchanges
        while not self._pipeline.idle:
            self._advance()
        source = iter(requests)
        while True:
            for request in itertools.islice(source, self._pipeline.room):
                self._pipeline.submit(request, work)
            if self._pipeline.idle:
                return
            for answer in self._advance():
                yield _payload(answer)
                if turn != self._exchanges:
                    raise LinkError(
                        "the device was asked for something else while outputs were still to come",
                        "take all outputs of infer_many first",
                    )

    def _advance(self) -> list[Answer]:
        """Send what may be sent, and wait for bytes or for the deadline."""
        if data := self._pipeline.outgoing(self._clock()):
            self.stream.write(data)
        deadline_s = self._pipeline.deadline_s
        assert deadline_s is not None, "something is under way"
        received = self.stream.read(max(0.0, deadline_s - self._clock()))
        return self._pipeline.receive(received, self._clock())


def _payload(answer: Answer) -> bytes:
    if answer.frame.type == ERROR_TYPE:
        raise device_error(answer.request.type, ErrorAnswer.unpack(answer.frame.payload))
    return answer.frame.payload


def _disagreement(cause: str) -> LinkError:
    return LinkError(cause, "rebuild the firmware: it and the harness disagree")


def _pieces(size: int, piece: int) -> list[tuple[int, int]]:
    """(start, end) of pieces of at most `piece` bytes that make up `size` bytes."""
    return [(start, min(start + piece, size)) for start in range(0, size, piece)]
