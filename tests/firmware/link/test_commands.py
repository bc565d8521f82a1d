"""What the firmware does with each request, on a fake board and a fake engine."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from firmware.link.conversation import MAX_PAYLOAD_BYTES, SLOT_BYTES, FakeModel, ask, encode, events, exchange

from harness.link.frames import Frame, encode_frame
from harness.link.messages import (
    ERROR_TYPE,
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

TICKS_PER_READING = 10  # fake_board.cpp
COST_COUNTERS = 18  # firmware/lib/board/cost_regions.h
MAX_OFFSET = 0xFFFFFFFF

INPUT = bytes(range(100, 116))
MODEL = FakeModel()


def first_output(vector: bytes, output_bytes: int) -> bytes:
    """The fake engine's first inference."""
    return bytes((byte + 1) % 256 for byte in vector.ljust(output_bytes, b"\0")[:output_bytes])


def error(answer: Message) -> tuple[int, int]:
    assert isinstance(answer, ErrorAnswer)
    assert answer.text
    return answer.code, answer.detail


def ask_model(device: Path, requests: list[Request], model: FakeModel = MODEL) -> list[Message]:
    """The answers to `requests`, with `model` loaded before."""
    loading = model.requests()
    loaded, *answers = ask(device, [*loading, *requests])[len(loading) - 1 :]
    assert isinstance(loaded, Loaded)
    return answers


def test_hello(fake_device: Path) -> None:
    for slot, writable in (("ram", True), ("flash", False)):
        (hello,) = ask(fake_device, [HelloRequest()], slot)
        assert isinstance(hello, Hello)
        assert hello == Hello(
            protocol=1,
            max_payload=MAX_PAYLOAD_BYTES,
            window=4,
            rx_buffer_bytes=4096,
            arena_bytes=4096,
            slot_address=hello.slot_address,
            slot_bytes=SLOT_BYTES,
            slot_writable=writable,
            timer_hz=1000,
            build_id="b1",
            board="fake",
            engine="fake",
            engine_version="0",
            compiler=hello.compiler,
            timer="readings",
        )
        assert hello.compiler.startswith("g++ ")
        assert hello.slot_address % 16 == 0


def test_hello_of_a_later_protocol_is_answered(fake_device: Path) -> None:
    (answer,) = exchange(fake_device, encode_frame(Frame(MessageType.HELLO, 0, b"\x09\x00and more")))
    assert Hello.unpack(answer.payload).protocol == 1


def test_status(fake_device: Path) -> None:
    assert ask(fake_device, [StatusRequest()]) == [DeviceStatus(8192, 100, 1, 0, 0)]


def test_load(fake_device: Path) -> None:
    answers = ask(fake_device, FakeModel(input0_bytes=10, input1_bytes=6, output0_bytes=5, output1_bytes=9).requests())
    assert answers == [Done(), Loaded(30, 5, 16, 14, 3)]


@pytest.mark.parametrize(("memory", "key"), [("alias", "arena"), ("hole", "second_arena")])
def test_a_memory_that_is_not_there_is_named(fake_device: Path, memory: str, key: str) -> None:
    *_, refused = ask(fake_device, MODEL.requests(), memory=memory)
    assert isinstance(refused, ErrorAnswer)
    assert (refused.code, refused.text) == (ErrorCode.NO_MEMORY, key)


@pytest.mark.parametrize("code", [ErrorCode.BAD_MODEL, ErrorCode.UNSUPPORTED, ErrorCode.ARENA_TOO_SMALL])
def test_refused_model_is_not_loaded(fake_device: Path, code: ErrorCode) -> None:
    requests = [*MODEL.requests(), *FakeModel(load_code=code).requests(), InferRequest(0, INPUT)]
    *_, refused, answer = ask(fake_device, requests)
    assert refused == ErrorAnswer(code, 77, "load")
    assert error(answer) == (ErrorCode.NO_MODEL, 0)


def test_crc_of_the_slot(fake_device: Path) -> None:
    model = MODEL.pack()
    _, answer = ask(fake_device, [ModelWriteRequest(0, model), ModelLoadRequest(len(model), 0x12345678)])
    assert error(answer) == (ErrorCode.SLOT_CRC_DIFFERS, zlib.crc32(model))


@pytest.mark.parametrize("model_bytes", [SLOT_BYTES + 1, MAX_OFFSET])
def test_load_beyond_the_slot(fake_device: Path, model_bytes: int) -> None:
    (answer,) = ask(fake_device, [ModelLoadRequest(model_bytes, 0)])
    assert error(answer) == (ErrorCode.OUT_OF_RANGE, SLOT_BYTES)


def test_model_in_pieces(fake_device: Path) -> None:
    content = bytes(range(256)) * 3
    pieces = [ModelWriteRequest(offset, content[offset : offset + 100]) for offset in range(0, len(content), 100)]
    *written, answer = ask(fake_device, [*pieces, ModelLoadRequest(len(content), zlib.crc32(content))])
    assert set(written) == {Done()}
    assert error(answer) == (ErrorCode.BAD_MODEL, 0)  # the CRC was right


def test_writing_unloads_the_model_that_is_read_in_place(fake_device: Path) -> None:
    written, answer = ask_model(fake_device, [ModelWriteRequest(500, b"x"), InferRequest(0, INPUT)])
    assert written == Done()
    assert error(answer) == (ErrorCode.NO_MODEL, 0)


def test_flash_is_not_written(fake_device: Path) -> None:
    (answer,) = ask(fake_device, [ModelWriteRequest(0, b"x")], slot="flash")
    assert error(answer) == (ErrorCode.SLOT_NOT_WRITABLE, 0)


def test_infer_over_several_tensors(fake_device: Path) -> None:
    assert ask_model(fake_device, [InferRequest(0, INPUT)]) == [OutputBytes(first_output(INPUT, 14))]


def test_input_in_pieces_across_tensors(fake_device: Path) -> None:
    requests: list[Request] = [InputRequest(0, INPUT[:8]), InputRequest(8, INPUT[8:12]), InferRequest(12, INPUT[12:])]
    assert ask_model(fake_device, requests)[-1] == OutputBytes(first_output(INPUT, 14))


def test_output_longer_than_a_payload(fake_device: Path) -> None:
    model = FakeModel(input0_bytes=800, input1_bytes=700, output0_bytes=1020, output1_bytes=300)
    vector = bytes(index % 251 for index in range(1500))
    requests: list[Request] = [InputRequest(0, vector[:1000]), InferRequest(1000, vector[1000:])]
    *_, begin, end = ask_model(fake_device, [*requests, OutputRequest(1024, 296)], model)
    assert isinstance(begin, OutputBytes)
    assert isinstance(end, OutputBytes)
    assert len(begin.data) == MAX_PAYLOAD_BYTES
    assert begin.data + end.data == first_output(vector, 1320)


@pytest.mark.parametrize("offset", [0, 4, 5, 13, 14, 15, MAX_OFFSET])
@pytest.mark.parametrize("length", [0, 1, 9, 14, 15, 0xFFFF])
def test_output_anywhere(fake_device: Path, offset: int, length: int) -> None:
    output, piece = ask_model(fake_device, [InferRequest(0, INPUT), OutputRequest(offset, length)])
    assert isinstance(output, OutputBytes)
    if offset + length <= 14:
        assert piece == OutputBytes(output.data[offset : offset + length])
    else:
        assert error(piece) == (ErrorCode.OUT_OF_RANGE, 14)


def test_no_output_before_an_inference_or_after_an_input(fake_device: Path) -> None:
    requests: list[Request] = [
        OutputRequest(0, 14),
        InferRequest(0, INPUT),
        InputRequest(0, b"x"),
        OutputRequest(0, 14),
    ]
    before, _, _, after = ask_model(fake_device, requests)
    assert error(before) == error(after) == (ErrorCode.OUT_OF_RANGE, 0)


def test_output_longer_than_a_payload_is_refused(fake_device: Path) -> None:
    model = FakeModel(output0_bytes=1000, output1_bytes=500)
    *_, answer = ask_model(fake_device, [InferRequest(0, INPUT), OutputRequest(0, 1025)], model)
    assert error(answer) == (ErrorCode.OUT_OF_RANGE, MAX_PAYLOAD_BYTES)


@pytest.mark.parametrize(("offset", "size"), [(0, 17), (16, 1), (17, 0), (10, 7), (MAX_OFFSET, 1), (MAX_OFFSET, 16)])
@pytest.mark.parametrize("request_class", [InputRequest, InferRequest])
def test_input_out_of_range_changes_nothing(
    fake_device: Path, request_class: type[InputRequest | InferRequest], offset: int, size: int
) -> None:
    requests: list[Request] = [InputRequest(0, INPUT), request_class(offset, b"x" * size), InferRequest(0, b"")]
    _, refused, answer = ask_model(fake_device, requests)
    assert error(refused) == (ErrorCode.OUT_OF_RANGE, 16)
    assert answer == OutputBytes(first_output(INPUT, 14))


@pytest.mark.parametrize(("offset", "size"), [(SLOT_BYTES, 1), (SLOT_BYTES + 1, 0), (999, 2), (MAX_OFFSET, 1000)])
def test_write_out_of_range(fake_device: Path, offset: int, size: int) -> None:
    (answer,) = ask(fake_device, [ModelWriteRequest(offset, b"x" * size)])
    assert error(answer) == (ErrorCode.OUT_OF_RANGE, SLOT_BYTES)


def test_time_counts_inferences_in_a_quiet_window(fake_device: Path) -> None:
    timed, output = ask_model(fake_device, [TimeRequest(5), OutputRequest(0, 1)])
    assert timed == TimedRun(TICKS_PER_READING, 0)
    assert output == OutputBytes(bytes([5]))


@pytest.mark.parametrize("count", [0, 1_000_001, MAX_OFFSET])
def test_time_out_of_range(fake_device: Path, count: int) -> None:
    (answer,) = ask_model(fake_device, [TimeRequest(count)])
    assert error(answer) == (ErrorCode.OUT_OF_RANGE, 1_000_000)


def test_profile(fake_device: Path) -> None:
    profiled, first, last = ask_model(fake_device, [ProfileRequest(0), LayersRequest(0), LayersRequest(2)])
    assert profiled == ProfiledRun(7 * TICKS_PER_READING, 0, 3, 3)
    assert isinstance(first, LayerTimes)
    assert isinstance(last, LayerTimes)
    assert first.spans() == [(10, 20), (30, 40), (50, 60)]
    assert last.spans() == [(50, 60)]


def test_layers_in_pages(fake_device: Path) -> None:
    model = FakeModel(op_count=256)
    pages = [LayersRequest(first) for first in range(0, 256, 64)]
    answers = ask_model(fake_device, [ProfileRequest(0), *pages], model)[1:]
    spans = [span for answer in answers if isinstance(answer, LayerTimes) for span in answer.spans()]
    assert spans == [(20 * op + 10, 20 * op + 20) for op in range(256)]


@pytest.mark.parametrize("first", [0, 1, 256, 300, 555])
def test_profile_records_256_ops_from_any_on(fake_device: Path, first: int) -> None:
    ops, end = 557, min(first + 256, 557)
    asked = [ProfileRequest(first), *map(LayersRequest, (first - 1 if first else 0xFFFF, first, end - 1, end))]
    profiled, before, begin, last, behind = ask_model(fake_device, asked, FakeModel(op_count=ops))
    assert profiled == ProfiledRun((2 * ops + 1) * TICKS_PER_READING, 0, ops, end)
    assert isinstance(begin, LayerTimes)
    assert isinstance(last, LayerTimes)
    assert begin.spans() == [(20 * op + 10, 20 * op + 20) for op in range(first, min(first + 64, end))]
    assert last.spans() == [(20 * end - 10, 20 * end)]
    assert error(before) == error(behind) == (ErrorCode.OUT_OF_RANGE, end)


def test_profile_behind_the_last_op(fake_device: Path) -> None:
    empty, layers, refused = ask_model(fake_device, [ProfileRequest(3), LayersRequest(3), ProfileRequest(4)])
    assert empty == ProfiledRun(7 * TICKS_PER_READING, 0, 3, 3)
    assert error(layers) == error(refused) == (ErrorCode.OUT_OF_RANGE, 3)


NO_LONGER_LOADED: dict[str, list[Request]] = {
    "loaded again": MODEL.requests(),
    "slot written": [ModelWriteRequest(0, b"x")],
    "refused": FakeModel(load_code=ErrorCode.BAD_MODEL).requests(),
    "another in the slot": [ModelLoadRequest(len(MODEL.pack()), 1)],
    "beyond the slot": [ModelLoadRequest(SLOT_BYTES + 1, 0)],
}


@pytest.mark.parametrize("requests", NO_LONGER_LOADED.values(), ids=NO_LONGER_LOADED)
def test_no_layers_of_an_earlier_model(fake_device: Path, requests: list[Request]) -> None:
    early, *_, late = ask_model(fake_device, [LayersRequest(0), ProfileRequest(0), *requests, LayersRequest(0)])
    assert error(early) == error(late) == (ErrorCode.OUT_OF_RANGE, 0)


def test_self_check(fake_device: Path) -> None:
    assert ask(fake_device, [SelfCheckRequest()]) == [SelfCheck(20_001, TICKS_PER_READING, TICKS_PER_READING)]


def test_arena_parts_add_up(fake_device: Path) -> None:
    loaded, *parts = ask(fake_device, [*MODEL.requests(), *map(ArenaRequest, range(3))])[-4:]
    assert isinstance(loaded, Loaded)
    assert parts == [ArenaPart(loaded.input_bytes, "input"), ArenaPart(loaded.output_bytes, "output"), ArenaPart(0, "")]
    assert loaded.arena_used_bytes == loaded.input_bytes + loaded.output_bytes


def region_counters(index: int) -> Counters:
    """Those of a region of fake_board.cpp."""
    return Counters(
        COST_COUNTERS, struct.pack(f"<{COST_COUNTERS}Q", *range(1000 * index, 1000 * index + COST_COUNTERS))
    )


def test_no_counters_where_nothing_counts(fake_device: Path) -> None:
    assert ask(fake_device, [CountersRequest(0), CountersRequest(0xFFFF)]) == [Counters(0, b""), Counters(0, b"")]


def test_counters_of_regions_in_any_order(fake_device: Path) -> None:
    asked = (0, 1, 2, 2, 0, 299, 1)
    answers = ask(fake_device, [CountersRequest(index) for index in asked], regions=300)
    assert answers == [region_counters(index) for index in asked]


@pytest.mark.parametrize("regions", [0, 1, 3])
@pytest.mark.parametrize("before", [[], [0], [1]])
def test_counters_behind_the_last_region(fake_device: Path, regions: int, before: list[int]) -> None:
    *_, answer = ask(fake_device, [CountersRequest(index) for index in (*before, regions)], regions=regions)
    assert error(answer) == (ErrorCode.OUT_OF_RANGE, regions)


def test_the_rate_changes_behind_the_answer(fake_device: Path) -> None:
    assert ask(fake_device, [BaudRequest(460_800)]) == [Done()]
    assert events(fake_device, encode([BaudRequest(460_800)])) == ["write", "write", "baud 460800"]


def test_a_rate_that_the_uart_does_not_make(fake_device: Path) -> None:
    (answer,) = ask(fake_device, [BaudRequest(460_801)])
    assert error(answer) == (ErrorCode.NO_SUCH_BAUD, 460_801)
    assert events(fake_device, encode([BaudRequest(460_801)])) == ["write", "write"]


def window_events(device: Path, request: Request, model: FakeModel = MODEL) -> list[str]:
    """What the board is made to do by `request`, its last word in front of the answer."""
    *_, before, after = " ".join(events(device, encode([*model.requests(), request]))).split("write")
    assert after == ""
    return before.replace("marker ", "marker=").split()


def test_the_marker_is_high_through_a_timed_window(fake_device: Path) -> None:
    high = ["marker=1", "restart", "ticks", "marker=0"]
    assert window_events(fake_device, TimeRequest(3)) == [*high, "marker=0"]


def test_the_marker_is_low_after_a_failure(fake_device: Path) -> None:
    failing = FakeModel(failing_op=2)
    assert window_events(fake_device, TimeRequest(1), failing) == ["marker=1", "restart", "marker=0"]
    assert window_events(fake_device, ProfileRequest(0), failing)[-1] == "marker=0"


@pytest.mark.parametrize("ops", [1, 2, 5])
def test_the_marker_changes_between_ops_outside_their_spans(fake_device: Path, ops: int) -> None:
    op_events = [event for op in range(ops) for event in (f"marker={1 - op % 2}", "ticks", "ticks")]
    assert window_events(fake_device, ProfileRequest(0), FakeModel(op_count=ops)) == [
        *("marker=0", "restart"),
        *op_events,
        *(f"marker={1 - ops % 2}", "ticks", "marker=0", "marker=0"),
    ]


NEED_A_MODEL: list[Request] = [
    ArenaRequest(0),
    InputRequest(0, b""),
    InferRequest(0, b""),
    OutputRequest(0, 0),
    TimeRequest(1),
    ProfileRequest(0),
]


@pytest.mark.parametrize("request_", NEED_A_MODEL, ids=lambda request: request.type.name)
def test_without_a_model(fake_device: Path, request_: Request) -> None:
    (answer,) = ask(fake_device, [request_])
    assert error(answer) == (ErrorCode.NO_MODEL, 0)


@pytest.mark.parametrize("request_", [InferRequest(0, b""), TimeRequest(2), ProfileRequest(0)])
def test_failing_op_leaves_no_output(fake_device: Path, request_: Request) -> None:
    failed, output = ask_model(fake_device, [request_, OutputRequest(0, 1)], FakeModel(failing_op=2))
    assert failed == ErrorAnswer(ErrorCode.ENGINE_FAILED, 1, "op failed")
    assert error(output) == (ErrorCode.OUT_OF_RANGE, 0)


FIXED_BYTES = {request.type: request.layout.size for request in Request.__subclasses__()}
OPEN_ENDED = {MessageType.HELLO, MessageType.MODEL_WRITE, MessageType.INPUT, MessageType.INFER}


@pytest.mark.parametrize("kind", list(MessageType), ids=lambda kind: kind.name)
def test_malformed_payload(fake_device: Path, kind: MessageType) -> None:
    fixed_bytes = FIXED_BYTES[kind]
    wrong_sizes = [*range(fixed_bytes), *([] if kind in OPEN_ENDED else [fixed_bytes + 1, MAX_PAYLOAD_BYTES])]
    hello = encode_frame(Frame(MessageType.HELLO, 0, b"\x01\x00"))
    for size in wrong_sizes:
        *_, answer = exchange(fake_device, hello + encode_frame(Frame(kind, 1, bytes(size))))
        assert answer.type == ERROR_TYPE
        assert error(ErrorAnswer.unpack(answer.payload)) == (ErrorCode.MALFORMED_PAYLOAD, fixed_bytes)


@pytest.mark.parametrize("kind", [0x00, 0x0F, 0x7F, 0x80, 0x81, 0xFE, 0xFF])
def test_unknown_request(fake_device: Path, kind: int) -> None:
    (answer,) = exchange(fake_device, encode_frame(Frame(kind, 0, b"")))
    assert (answer.type, answer.seq) == (ERROR_TYPE, 0)
    assert error(ErrorAnswer.unpack(answer.payload)) == (ErrorCode.UNKNOWN_REQUEST, kind)
