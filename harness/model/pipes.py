"""Messages between the harness and a child process: `kind u8, length u32, bytes`, little-endian."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import IO

_HEADER = struct.Struct("<BI")


class Kind(IntEnum):
    OK = 0
    FAILED = 1  # the bytes are a text that says why
    MODEL = 2
    VECTOR = 3
    TRACED_VECTOR = 4


def send(stream: IO[bytes], kind: Kind, payload: bytes) -> None:
    stream.write(_HEADER.pack(kind, len(payload)))
    stream.write(payload)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Kind, bytes]:
    """The next message.

    Raises:
        EOFError: the other side is gone.
    """
    kind, size = _HEADER.unpack(_read(stream, _HEADER.size))
    return Kind(kind), _read(stream, size)


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
