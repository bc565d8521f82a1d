"""The link's messages: one class per request and per answer (docs/architecture.md, "The link").

A payload is the integers of `layout`, little-endian, then the remaining fields: strings as `length u8` + UTF-8, and
bytes, which run to the end of the payload.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar, Self

from harness.errors import LinkError

PROTOCOL = 1
ANSWER_BIT = 0x80


class MessageType(IntEnum):
    """Types of requests; an answer's type is `request | ANSWER_BIT`."""

    HELLO = 0x01
    STATUS = 0x02
    MODEL_WRITE = 0x03
    MODEL_LOAD = 0x04
    INPUT = 0x05
    INFER = 0x06
    OUTPUT = 0x07
    TIME = 0x08
    PROFILE = 0x09
    LAYERS = 0x0A
    SELF_CHECK = 0x0B
    ARENA = 0x0C
    COUNTERS = 0x0D
    BAUD = 0x0E


ERROR_TYPE = 0xFF  # the answer to a request that failed
NAK_TYPE = 0xFE  # no answer: the device wants to go on with the seq of this frame


class NakReason(IntEnum):
    BAD_FRAME = 1
    OUT_OF_ORDER = 2


class ErrorCode(IntEnum):
    UNKNOWN_REQUEST = 1
    MALFORMED_PAYLOAD = 2
    OUT_OF_RANGE = 3
    SLOT_NOT_WRITABLE = 4
    SLOT_CRC_DIFFERS = 5
    NO_MODEL = 6
    BAD_MODEL = 7
    UNSUPPORTED = 8
    ARENA_TOO_SMALL = 9
    ENGINE_FAILED = 10
    PROCESSOR_FAULT = 11
    NO_SUCH_BAUD = 12
    NO_MEMORY = 13


@dataclass(frozen=True)
class Message:
    """A payload's fields. A class's integers, those of `layout`, come first."""

    layout: ClassVar[struct.Struct] = struct.Struct("<")

    def pack(self) -> bytes:
        """The payload."""
        values = [getattr(self, field.name) for field in fields(self)]
        count = _integers(self.layout)
        return self.layout.pack(*values[:count]) + b"".join(map(_pack_tail, values[count:]))

    @classmethod
    def unpack(cls, payload: bytes) -> Self:
        """The message in `payload`.

        Raises:
            LinkError: the payload is too short, too long, or has a string that is not UTF-8.
        """
        try:
            values: list[Any] = list(cls.layout.unpack_from(payload))
            offset = cls.layout.size
            for field in fields(cls)[len(values) :]:
                value, offset = _UNPACK_TAIL[str(field.type)](payload, offset)
                values.append(value)
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise _malformed(cls.__name__, payload, str(error)) from None
        if offset != len(payload):
            raise _malformed(cls.__name__, payload, f"{offset} expected")
        return cls(*values)


def _integers(layout: struct.Struct) -> int:
    return len(layout.format) - 1  # the byte order, then one letter for each


def _pack_tail(value: str | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    text = value.encode()
    return bytes([len(text)]) + text


def _unpack_string(payload: bytes, offset: int) -> tuple[str, int]:
    start = offset + 1
    end = start + payload[offset]
    if end > len(payload):
        raise IndexError("a string ends behind the payload")
    return payload[start:end].decode(), end


def _unpack_bytes(payload: bytes, offset: int) -> tuple[bytes, int]:
    return payload[offset:], len(payload)


_UNPACK_TAIL = {"str": _unpack_string, "bytes": _unpack_bytes}


def _malformed(name: str, payload: bytes, why: str) -> LinkError:
    return LinkError(
        f"malformed {name} of {len(payload)} bytes: {why}", "rebuild the firmware: it and the harness disagree"
    )


@dataclass(frozen=True)
class Request(Message):
    """What the host asks for."""

    type: ClassVar[MessageType]


@dataclass(frozen=True)
class HelloRequest(Request):
    type = MessageType.HELLO
    layout = struct.Struct("<H")
    protocol: int = PROTOCOL


@dataclass(frozen=True)
class StatusRequest(Request):
    type = MessageType.STATUS


@dataclass(frozen=True)
class ModelWriteRequest(Request):
    type = MessageType.MODEL_WRITE
    layout = struct.Struct("<I")
    offset: int
    data: bytes


@dataclass(frozen=True)
class ModelLoadRequest(Request):
    type = MessageType.MODEL_LOAD
    layout = struct.Struct("<II")
    model_bytes: int
    crc32: int


@dataclass(frozen=True)
class InputRequest(Request):
    type = MessageType.INPUT
    layout = struct.Struct("<I")
    offset: int
    data: bytes


@dataclass(frozen=True)
class InferRequest(Request):
    type = MessageType.INFER
    layout = struct.Struct("<I")
    offset: int
    data: bytes


@dataclass(frozen=True)
class OutputRequest(Request):
    type = MessageType.OUTPUT
    layout = struct.Struct("<IH")
    offset: int
    length: int


@dataclass(frozen=True)
class TimeRequest(Request):
    type = MessageType.TIME
    layout = struct.Struct("<I")
    count: int


@dataclass(frozen=True)
class ProfileRequest(Request):
    type = MessageType.PROFILE
    layout = struct.Struct("<H")
    first: int


@dataclass(frozen=True)
class LayersRequest(Request):
    type = MessageType.LAYERS
    layout = struct.Struct("<H")
    first: int


@dataclass(frozen=True)
class SelfCheckRequest(Request):
    type = MessageType.SELF_CHECK


@dataclass(frozen=True)
class ArenaRequest(Request):
    type = MessageType.ARENA
    layout = struct.Struct("<H")
    index: int


@dataclass(frozen=True)
class CountersRequest(Request):
    type = MessageType.COUNTERS
    layout = struct.Struct("<H")
    index: int


@dataclass(frozen=True)
class BaudRequest(Request):
    type = MessageType.BAUD
    layout = struct.Struct("<I")
    baud: int


@dataclass(frozen=True)
class Hello(Message):
    """What the device is. `rx_buffer_bytes` and `window` bound what may be sent before an answer."""

    layout = struct.Struct("<HHBIIQI?I")
    protocol: int
    max_payload: int
    window: int
    rx_buffer_bytes: int
    arena_bytes: int
    slot_address: int
    slot_bytes: int
    slot_writable: bool
    timer_hz: int
    build_id: str
    board: str
    engine: str
    engine_version: str
    compiler: str
    timer: str

    @staticmethod
    def read_protocol(payload: bytes) -> int:
        """The protocol's version, which stands first in every version.

        Raises:
            LinkError: the payload is too short.
        """
        if len(payload) < 2:
            raise _malformed("Hello", payload, "2 expected for its protocol")
        return int.from_bytes(payload[:2], "little")


@dataclass(frozen=True)
class DeviceStatus(Message):
    """Counters since the device started. `stack_used_bytes` is the high-water mark."""

    layout = struct.Struct("<IIIII")
    stack_bytes: int
    stack_used_bytes: int
    rx_overruns: int
    bad_frames: int
    repeated_frames: int


@dataclass(frozen=True)
class Done(Message):
    """The answer to MODEL_WRITE, INPUT and BAUD."""


@dataclass(frozen=True)
class Loaded(Message):
    """A loaded model: what it takes of the arena, and the sizes of all its inputs and of all its outputs."""

    layout = struct.Struct("<IIIIH")
    arena_used_bytes: int
    arena_persistent_bytes: int
    input_bytes: int
    output_bytes: int
    op_count: int


@dataclass(frozen=True)
class OutputBytes(Message):
    """The answer to INFER and OUTPUT."""

    data: bytes


@dataclass(frozen=True)
class TimedRun(Message):
    """A quiet window: `ticks` of the board's timer, and the serial line's `interrupts` within (0 in a clean run)."""

    layout = struct.Struct("<QI")
    ticks: int
    interrupts: int


@dataclass(frozen=True)
class ProfiledRun(Message):
    """One inference with hooks around its ops. LAYERS reads the times of its ops before `recorded_end`."""

    layout = struct.Struct("<QIHH")
    ticks: int
    interrupts: int
    op_count: int
    recorded_end: int


@dataclass(frozen=True)
class LayerTimes(Message):
    """Pieces of the profile: `records` holds (begin u64, end u64) for each op, in ticks since the start."""

    records: bytes

    record: ClassVar[struct.Struct] = struct.Struct("<QQ")

    def spans(self) -> list[tuple[int, int]]:
        """(begin, end) of each op, in ticks since the start of the inference.

        Raises:
            LinkError: a record is cut off.
        """
        if len(self.records) % self.record.size:
            raise _malformed("LayerTimes", self.records, f"not a multiple of {self.record.size}")
        return list(self.record.iter_unpack(self.records))


@dataclass(frozen=True)
class SelfCheck(Message):
    """A loop of `loop_instructions` took `loop_ticks`, and nothing at all took `empty_ticks`."""

    layout = struct.Struct("<IQQ")
    loop_instructions: int
    loop_ticks: int
    empty_ticks: int


@dataclass(frozen=True)
class ArenaPart(Message):
    """What a share of the arena is for; behind the last one `name` is empty."""

    layout = struct.Struct("<I")
    bytes: int
    name: str


@dataclass(frozen=True)
class Counters(Message):
    """What was counted in a cost region: `values` holds `count` u64, none where nothing counts."""

    layout = struct.Struct("<H")
    count: int
    values: bytes

    def unpacked(self) -> tuple[int, ...]:
        """The values.

        Raises:
            LinkError: they are not as many as `count`.
        """
        layout = struct.Struct(f"<{self.count}Q")
        if len(self.values) != layout.size:
            raise _malformed("Counters", self.values, f"{layout.size} expected for {self.count} counters")
        return layout.unpack(self.values)


@dataclass(frozen=True)
class ErrorAnswer(Message):
    """Why a request failed; what `detail` means depends on `code` (docs/architecture.md)."""

    layout = struct.Struct("<HI")
    code: int
    detail: int
    text: str


@dataclass(frozen=True)
class Nak(Message):
    layout = struct.Struct("<B")
    reason: int
