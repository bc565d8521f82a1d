"""Pieces of a flash as one image."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from intelhex import IntelHex

from harness.flash.base import Piece
from harness.flash.image import flat_image, intel_hex

FLASH = 0x0800_0000


@st.composite
def apart(draw: st.DrawFn) -> list[Piece]:
    """Pieces that do not overlap, in any order."""
    address, pieces = FLASH, []
    for data in draw(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=4)):
        address += draw(st.integers(0, 0x20000))
        pieces.append(Piece(address, data, "piece"))
        address += len(data)
    return list(draw(st.permutations(pieces)))


@given(pieces=apart())
def test_a_flat_image_has_every_piece_in_its_place_and_erased_bytes_between(pieces: list[Piece]) -> None:
    start, image = flat_image(pieces)
    assert start == min(piece.address for piece in pieces)
    for piece in pieces:
        offset = piece.address - start
        assert image[offset : offset + len(piece.data)] == piece.data
        image = image[:offset] + b"\xff" * len(piece.data) + image[offset + len(piece.data) :]
    assert image.strip(b"\xff") == b""


@given(pieces=apart())
def test_a_hex_file_reads_back_as_the_pieces_and_nothing_else(pieces: list[Piece]) -> None:
    read = IntelHex(io.StringIO(intel_hex(pieces)))
    assert all(read.gets(piece.address, len(piece.data)) == piece.data for piece in pieces)
    assert len(read) == sum(len(piece.data) for piece in pieces)
