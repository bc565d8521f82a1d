"""A stand-in for the firmware: the device's rules of the link, in Python.

It lets the host's side be tested against every fault of a line (support.simulated_line). It computes nothing: an
"inference" is a checksum of the input, so that a wrong, stale or misplaced byte shows in the output.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field

from support.simulated_rate import SimulatedRate

from harness.config.defaults import START_BAUD
from harness.errors import LinkError
from harness.link.frames import BadFrame, Frame, FrameDecoder, encode_frame
from harness.link.messages import (
    ANSWER_BIT,
    ERROR_TYPE,
    NAK_TYPE,
    ArenaPart,
    ArenaRequest,
    BaudRequest,
    Counters,
    CountersRequest,
    DeviceStatus,
    Done,
    ErrorAnswer,
    ErrorCode,
    Hello,
    HelloRequest,
    InferRequest,
    InputRequest,
    LayersRequest,
    LayerTimes,
    Loaded,
    Message,
    MessageType,
    ModelLoadRequest,
    ModelWriteRequest,
    Nak,
    NakReason,
    OutputBytes,
    OutputRequest,
    ProfiledRun,
    ProfileRequest,
    Request,
    SelfCheck,
    SelfCheckRequest,
    TimedRun,
    TimeRequest,
)

HELLO = Hello(
    protocol=1,
    max_payload=64,
    window=4,
    rx_buffer_bytes=200,
    arena_bytes=4096,
    slot_address=0x08080000,
    slot_bytes=1000,
    slot_writable=True,
    timer_hz=1_000_000_000,
    build_id="b5",
    board="simulated",
    engine="checksum",
    engine_version="1",
    compiler="none",
    timer="none",
)
OP_COUNT = 9
ARENA_PARTS = (ArenaPart(300, "activations"), ArenaPart(100, "op parameters"))


def simulated_output(vector: bytes, output_bytes: int) -> bytes:
    """What the stand-in infers from `vector`."""
    return hashlib.shake_128(vector).digest(output_bytes)


class RefusalError(Exception):
    """A request that is answered with ERROR."""

    def __init__(self, code: ErrorCode, detail: int, text: str) -> None:
        super().__init__(text)
        self.answer = ErrorAnswer(code, detail, text)


@dataclass
class SimulatedDevice:
    """Bytes in, bytes out. `executed` lists the requests in the order of their execution.

    `regions` are the counters of its cost regions, whatever it executed. With `inference_s` an inference takes time,
    which it counts with a clock that runs `clock_factor` times as fast as `timer_hz` says; `busy_s` is what it took.
    The line interrupts one timed window for each of `interrupts`, in turn, that often.
    `bauds` are the rates that its UART makes beside the one it starts with.
    """

    hello: Hello = HELLO
    input_bytes: int = 16
    output_bytes: int = 16
    op_count: int = OP_COUNT
    profile_ops: int = 256
    regions: tuple[tuple[int, ...], ...] = ((),)
    bauds: frozenset[int] = frozenset()
    rate: SimulatedRate = field(default_factory=SimulatedRate)
    executed: list[MessageType] = field(default_factory=list)
    inference_s: float | None = None
    clock_factor: float = 1.0
    busy_s: float = 0.0
    interrupts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._decoder = FrameDecoder()
        self._expected = 0
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._bad_frames = 0
        self._repeated_frames = 0
        self._slot = bytearray(self.hello.slot_bytes)
        self._input = bytearray(self.input_bytes)
        self._output: bytes | None = None
        self._loaded = False
        self._profiled = range(0)

    def receive(self, data: bytes) -> bytes:
        return b"".join(map(self._answer, self._decoder.feed(data)))

    def _answer(self, frame: Frame | BadFrame) -> bytes:
        if isinstance(frame, BadFrame):
            self._bad_frames += 1
            self.rate.bad_frame()
            return self._nak(NakReason.BAD_FRAME)
        self.rate.good_frame()
        if frame.type == MessageType.HELLO:
            self.rate.greeted()
            self._cache.clear()
            self._bad_frames = self._repeated_frames = 0
            self._expected = frame.seq
        if frame.seq == self._expected:
            self._expected = (frame.seq + 1) % 65536
            self._cache[frame.seq] = encode_frame(self._execute(frame))
            self.rate.executed()
            if len(self._cache) > self.hello.window:
                self._cache.popitem(last=False)
        elif frame.seq in self._cache:
            self._repeated_frames += 1
        else:
            return self._nak(NakReason.OUT_OF_ORDER)
        return self._cache[frame.seq]

    def _nak(self, reason: NakReason) -> bytes:
        return encode_frame(Frame(NAK_TYPE, self._expected, Nak(reason).pack()))

    def _execute(self, frame: Frame) -> Frame:
        try:
            answer = self._handle(frame.type, frame.payload)
        except RefusalError as refusal:
            return Frame(ERROR_TYPE, frame.seq, refusal.answer.pack())
        return Frame(frame.type | ANSWER_BIT, frame.seq, answer.pack())

    def _handle(self, kind: int, payload: bytes) -> Message:
        if kind not in _REQUESTS:
            raise RefusalError(ErrorCode.UNKNOWN_REQUEST, kind, "unknown request")
        try:
            request = _REQUESTS[kind].unpack(payload)
        except LinkError:
            raise RefusalError(ErrorCode.MALFORMED_PAYLOAD, _REQUESTS[kind].layout.size, "malformed payload") from None
        self.executed.append(request.type)
        return self._run(request)

    def _run(self, request: Request) -> Message:  # noqa: PLR0911, PLR0912  one return for each request
        match request:
            case HelloRequest():
                return self.hello
            case ModelWriteRequest():
                return self._write(request)
            case ModelLoadRequest():
                return self._load(request)
            case InputRequest():
                return self._write_input(request)
            case InferRequest():
                return self._infer(request)
            case OutputRequest():
                return self._read_output(request)
            case TimeRequest():
                return self._time(request)
            case ProfileRequest():
                return self._profile(request)
            case LayersRequest():
                return self._layers(request)
            case SelfCheckRequest():
                return SelfCheck(20_001, 20_010, 9)
            case ArenaRequest():
                return self._arena_part(request)
            case CountersRequest():
                return self._counters(request)
            case BaudRequest():
                return self._change_baud(request)
            case _:
                return DeviceStatus(8192, 1000, 0, self._bad_frames, self._repeated_frames)

    def _write(self, request: ModelWriteRequest) -> Message:
        if not self.hello.slot_writable:
            raise RefusalError(ErrorCode.SLOT_NOT_WRITABLE, 0, "slot is flash")
        _put(self._slot, request.offset, request.data)
        return Done()

    def _load(self, request: ModelLoadRequest) -> Message:
        crc32 = zlib.crc32(self._slot[: request.model_bytes])
        if crc32 != request.crc32:
            raise RefusalError(ErrorCode.SLOT_CRC_DIFFERS, crc32, "slot differs")
        if self._slot.startswith(b"bad"):
            raise RefusalError(ErrorCode.UNSUPPORTED, 2, "no such op")
        self._loaded = True
        return Loaded(400, 100, self.input_bytes, self.output_bytes, self.op_count)

    def _write_input(self, request: InputRequest) -> Message:
        _put(self._input, request.offset, request.data)
        return Done()

    def _infer(self, request: InferRequest) -> Message:
        _put(self._input, request.offset, request.data)
        self._invoke()
        return self._read_output(OutputRequest(0, min(self.output_bytes, self.hello.max_payload)))

    def _read_output(self, request: OutputRequest) -> Message:
        if self._output is None:
            raise RefusalError(ErrorCode.NO_MODEL, 0, "no output yet")
        end = request.offset + request.length
        if end > self.output_bytes:
            raise RefusalError(ErrorCode.OUT_OF_RANGE, self.output_bytes, "behind the output")
        return OutputBytes(self._output[request.offset : end])

    def _time(self, request: TimeRequest) -> Message:
        self._invoke()  # once: the others would give the same
        interrupts = self.interrupts.pop(0) if self.interrupts else 0
        if self.inference_s is None:
            return TimedRun(sum(self._output or b"") * request.count, interrupts)
        taken_s = self.inference_s * request.count
        self.busy_s += taken_s
        return TimedRun(round(taken_s * self.hello.timer_hz * self.clock_factor), interrupts)

    def _profile(self, request: ProfileRequest) -> Message:
        self._invoke()
        self._profiled = range(request.first, min(request.first + self.profile_ops, self.op_count))
        return ProfiledRun(1000, 1, self.op_count, self._profiled.stop)

    def _layers(self, request: LayersRequest) -> Message:
        if request.first not in self._profiled:
            raise RefusalError(ErrorCode.OUT_OF_RANGE, self._profiled.stop, "outside the profiled ops")
        last = min(self._profiled.stop, request.first + self.hello.max_payload // LayerTimes.record.size)
        return LayerTimes(b"".join(LayerTimes.record.pack(op, op + 1) for op in range(request.first, last)))

    def _arena_part(self, request: ArenaRequest) -> Message:
        if not self._loaded:
            raise RefusalError(ErrorCode.NO_MODEL, 0, "no model")
        return ARENA_PARTS[request.index] if request.index < len(ARENA_PARTS) else ArenaPart(0, "")

    def _counters(self, request: CountersRequest) -> Message:
        if request.index >= len(self.regions):
            raise RefusalError(ErrorCode.OUT_OF_RANGE, len(self.regions), "behind the last cost region")
        values = self.regions[request.index]
        return Counters(len(values), b"".join(value.to_bytes(8, "little") for value in values))

    def _change_baud(self, request: BaudRequest) -> Message:
        if request.baud not in {*self.bauds, START_BAUD}:
            raise RefusalError(ErrorCode.NO_SUCH_BAUD, request.baud, "no such rate")
        self.rate.asked = request.baud
        return Done()

    def _invoke(self) -> None:
        """Like an engine that reuses the input's memory, leave nothing of the input."""
        if not self._loaded:
            raise RefusalError(ErrorCode.NO_MODEL, 0, "no model")
        self._output = simulated_output(bytes(self._input), self.output_bytes)
        self._input[:] = bytes(self.input_bytes)


def _put(memory: bytearray, offset: int, data: bytes) -> None:
    if offset + len(data) > len(memory):
        raise RefusalError(ErrorCode.OUT_OF_RANGE, len(memory), "behind the end")
    memory[offset : offset + len(data)] = data


_REQUESTS: dict[int, type[Request]] = {request.type: request for request in Request.__subclasses__()}
