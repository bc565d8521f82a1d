"""Draw `shapes.png`, the picture of the README: two of each shape, each pixel shown as 2 x 2."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scene import LEVELS, SHAPES, draw

ROWS = 2
ZOOM = 2


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture, height x width x 3, as a PNG file (ISO/IEC 15948): one unfiltered row after the other."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    generator = np.random.default_rng(0)
    rows = [np.concatenate([draw(shape, generator) for shape in SHAPES], axis=1) for _ in range(ROWS)]
    pixels = (np.concatenate(rows) * LEVELS).astype(np.uint8)
    large = pixels.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
    (Path(__file__).parent / "shapes.png").write_bytes(png(large))


if __name__ == "__main__":
    main()
