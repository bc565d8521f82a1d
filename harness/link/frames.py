"""The frame codec: bytes in, frames out, and back. It does no I/O.

A frame is `COBS(type u8 · seq u16 · payload · crc32 u32) 0x00`, little-endian (docs/architecture.md, "The link").
COBS: Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from cobs import cobs  # type: ignore[import-untyped]

_HEADER = struct.Struct("<BH")
_CRC = struct.Struct("<I")
_SMALLEST_BYTES = _HEADER.size + _CRC.size
MAX_ENCODED_BYTES = 0x11000  # above COBS of the largest payload, 65,535 bytes
FLUSH = b"\0"  # an empty frame: ends whatever garbage a receiver holds


@dataclass(frozen=True)
class Frame:
    """One message: `type` is 0…255, `seq` 0…65535."""

    type: int
    seq: int
    payload: bytes = b""


@dataclass(frozen=True)
class BadFrame:
    """Bytes between two delimiters that are no frame, and why."""

    reason: str


def encode_frame(frame: Frame) -> bytes:
    """The frame as it stands on the wire, delimiter included."""
    body = _HEADER.pack(frame.type, frame.seq) + frame.payload
    encoded: bytes = cobs.encode(body + _CRC.pack(zlib.crc32(body)))
    return encoded + b"\0"


class FrameDecoder:
    """Cuts a stream of bytes, in pieces of any size, into frames; it finds the next frame after any garbage."""

    def __init__(self) -> None:
        self._partial = bytearray()
        self._overlong = False

    def feed(self, data: bytes) -> list[Frame | BadFrame]:
        """The frames that `data` completes, in order; empty ones are left out."""
        *ends, rest = data.split(b"\0")
        frames: list[Frame | BadFrame] = []
        for end in ends:
            self._append(end)
            if self._overlong:
                frames.append(BadFrame(f"longer than {MAX_ENCODED_BYTES} bytes"))
            elif self._partial:
                frames.append(_decode(bytes(self._partial)))
            self._partial.clear()
            self._overlong = False
        self._append(rest)
        return frames

    def _append(self, data: bytes) -> None:
        """Keep `data`, unless the frame it belongs to is too long to be one."""
        self._overlong |= len(self._partial) + len(data) > MAX_ENCODED_BYTES
        if self._overlong:
            self._partial.clear()
        else:
            self._partial += data


def _decode(encoded: bytes) -> Frame | BadFrame:
    try:
        decoded: bytes = cobs.decode(encoded)
    except cobs.DecodeError as error:
        return BadFrame(f"not COBS: {error}")
    if len(decoded) < _SMALLEST_BYTES:
        return BadFrame(f"{len(decoded)} bytes, the shortest frame has {_SMALLEST_BYTES}")
    body = decoded[: -_CRC.size]
    (crc,) = _CRC.unpack(decoded[-_CRC.size :])
    if crc != zlib.crc32(body):
        return BadFrame("wrong CRC-32")
    kind, seq = _HEADER.unpack_from(body)
    return Frame(kind, seq, body[_HEADER.size :])
