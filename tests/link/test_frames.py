"""The frame codec: every frame comes back whole, whatever surrounds it and however it is cut."""

from __future__ import annotations

import itertools
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from support.link_vectors import corrupt_frames, frames, write_vectors

from harness.link.frames import MAX_ENCODED_BYTES, BadFrame, Frame, FrameDecoder, encode_frame

some_frames = st.builds(
    Frame, st.integers(0, 255), st.integers(0, 65535), st.binary(max_size=600) | st.just(b"\x01" * 247)
)


def test_wire_format_of_a_known_frame() -> None:
    # 02 00 01 and four CRC bytes without a zero: a block of one byte, then one of five.
    assert encode_frame(Frame(2, 0x0100)) == bytes.fromhex("02 02 06 01") + _crc_of(b"\x02\x00\x01") + b"\x00"


def _crc_of(data: bytes) -> bytes:
    """CRC-32 bit by bit, as in ISO 3309: independent of zlib."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return (crc ^ 0xFFFFFFFF).to_bytes(4, "little")


@given(st.lists(some_frames, max_size=5), st.lists(st.integers(0, 2000), max_size=8))
def test_frames_survive_any_cutting(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(map(encode_frame, sent))
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = FrameDecoder()
    received = [frame for start, end in itertools.pairwise(edges) for frame in decoder.feed(stream[start:end])]
    assert received == sent


@given(st.binary(max_size=50), some_frames)
def test_a_frame_after_flushed_garbage_is_found(garbage: bytes, frame: Frame) -> None:
    assert FrameDecoder().feed(garbage + b"\0" + encode_frame(frame))[-1] == frame


@given(some_frames, st.data())
def test_one_flipped_bit_never_gives_a_frame(frame: Frame, data: st.DataObject) -> None:
    encoded = bytearray(encode_frame(frame))
    bit = data.draw(st.integers(0, 8 * len(encoded) - 1))
    encoded[bit // 8] ^= 1 << bit % 8
    received = FrameDecoder().feed(bytes(encoded) + b"\0")
    assert received
    assert all(isinstance(item, BadFrame) for item in received)


def test_empty_frames_are_ignored() -> None:
    assert FrameDecoder().feed(b"\0\0\0") == []


def test_an_endless_frame_is_refused_and_the_next_one_found() -> None:
    decoder = FrameDecoder()
    frame = Frame(1, 2, b"payload")
    for _ in range(MAX_ENCODED_BYTES // 1000 + 1):
        assert decoder.feed(b"\x55" * 1000) == []
    first, second = decoder.feed(b"\x55\0" + encode_frame(frame))
    assert first == BadFrame(f"longer than {MAX_ENCODED_BYTES} bytes")
    assert second == frame


def test_the_shared_vectors_hold_for_this_codec(tmp_path: Path) -> None:
    write_vectors(tmp_path / "vectors.txt")
    lines = (tmp_path / "vectors.txt").read_text("ascii").splitlines()
    assert len(lines) == len(list(frames())) + len(list(corrupt_frames()))
    for kind, *fields in map(str.split, lines):
        (result,) = FrameDecoder().feed(bytes.fromhex(fields[-1]))
        if kind == "frame":
            payload = b"" if fields[2] == "-" else bytes.fromhex(fields[2])
            assert result == Frame(int(fields[0]), int(fields[1]), payload)
        else:
            assert isinstance(result, BadFrame)
