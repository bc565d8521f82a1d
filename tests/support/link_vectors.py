"""The frame codec's vectors, which drive the Python and the C++ codec alike."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from harness.link.frames import Frame, encode_frame

# COBS starts a new block after 254 bytes that are not zero, so lengths around its multiples are its edges.
_EDGE_LENGTHS = (0, 1, 2, 3, 7, 240, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255, 256, 500, 501, 502, 762, 1024)
_FILLS = (b"\x00", b"\x01", b"\xff")


def write_vectors(path: Path) -> None:
    """Write one vector a line: `frame <type> <seq> <payload hex or -> <encoded hex>` or `corrupt <encoded hex>`.

    type and seq are decimal. `encoded` ends with the delimiter 00. A decoder must give each frame, and report exactly
    one bad frame for each corrupt line.
    """
    lines = [_frame_line(frame) for frame in frames()]
    lines += [f"corrupt {encoded.hex()}" for encoded in corrupt_frames()]
    path.write_text("\n".join(lines) + "\n", "ascii")


def frames() -> Iterator[Frame]:
    """Frames at the codec's edges, and random ones from a fixed seed."""
    for length in _EDGE_LENGTHS:
        for fill in _FILLS:
            yield Frame(0x06, length, fill * length)
    for kind, seq in ((0x00, 0), (0x01, 0xFFFF), (0xFF, 0x0100), (0xFE, 0x00FF), (0x81, 0x0101)):
        yield Frame(kind, seq, b"")
    generator = random.Random(475)
    for _ in range(100):
        size = generator.choice((4, 64, 256, 700, 1020))
        yield Frame(generator.randrange(256), generator.randrange(65536), generator.randbytes(size))


def corrupt_frames() -> Iterator[bytes]:
    """Encoded bytes with one delimiter, at their end, that are no frame."""
    yield b"\x01\x00"  # decodes to nothing
    yield b"\x05\x01\x00"  # the block is longer than what follows
    yield b"\xff\x01\x02\x03\x00"
    yield b"\x07\x01\x02\x03\x04\x05\x06\x00"  # too short for header and CRC
    encoded = encode_frame(Frame(0x06, 0x1234, bytes(range(40))))
    yield encoded[1:]
    yield encoded[:-2] + b"\0"
    for position in range(len(encoded) - 1):
        for bit in (0x01, 0x80):
            if flipped := encoded[position] ^ bit:
                yield encoded[:position] + bytes([flipped]) + encoded[position + 1 :]


def _frame_line(frame: Frame) -> str:
    return f"frame {frame.type} {frame.seq} {frame.payload.hex() or '-'} {encode_frame(frame).hex()}"
