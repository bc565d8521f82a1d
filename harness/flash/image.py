"""The pieces of a flash as one image, for tools that take a file."""

from __future__ import annotations

import io
from collections.abc import Sequence

from harness.flash.base import Piece

_ERASED = b"\xff"


def flat_image(pieces: Sequence[Piece]) -> tuple[int, bytes]:
    """Where the image starts, and its bytes; what lies between the pieces is as erased."""
    start = min(piece.address for piece in pieces)
    end = max(piece.address + len(piece.data) for piece in pieces)
    image = bytearray(_ERASED * (end - start))
    for piece in pieces:
        offset = piece.address - start
        image[offset : offset + len(piece.data)] = piece.data
    return start, bytes(image)


def intel_hex(pieces: Sequence[Piece]) -> str:
    """The pieces as Intel HEX, with nothing between them."""
    from intelhex import IntelHex

    image, text = IntelHex(), io.StringIO()
    for piece in pieces:
        image.frombytes(piece.data, piece.address)
    image.write_hex_file(text)
    return text.getvalue()
