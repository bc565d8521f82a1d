"""The C++ codec against the Python one: the shared vectors, and streams of any bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.link_vectors import write_vectors

from harness.link.frames import BadFrame, Frame, FrameDecoder, encode_frame

_MAX_PAYLOAD_BYTES = 1024  # kMaxPayloadBytes

some_frames = st.builds(Frame, st.integers(0, 255), st.integers(0, 65535), st.binary(max_size=600)).map(encode_frame)


def ask(codec: Path, lines: str) -> list[str]:
    done = subprocess.run([codec], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_shared_vectors(codec: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    write_vectors(vectors)
    lines = vectors.read_text().splitlines()
    answers = ask(codec, vectors.read_text())
    wrong = [pair for pair in zip(lines, answers, strict=True) if pair[1] != "ok"]
    assert not wrong
    assert len(lines) > 100


def describe(event: Frame | BadFrame) -> str:
    return "bad" if isinstance(event, BadFrame) else f"{event.type}:{event.seq}:{event.payload.hex()}"


@settings(max_examples=30)
@given(st.lists(st.lists(some_frames | st.binary(max_size=40), max_size=6).map(b"".join), min_size=20, max_size=20))
def test_any_stream_decodes_as_in_python(codec: Path, streams: list[bytes]) -> None:
    # A delimiter ends each stream: what one leaves behind must not change the next.
    streams = [stream + b"\0" for stream in streams]
    expected = [" ".join(map(describe, FrameDecoder().feed(stream))) for stream in streams]
    assert ask(codec, "".join(f"decode {stream.hex()}\n" for stream in streams)) == expected


@pytest.mark.parametrize("fill", [b"\x00", b"\x07"])
@pytest.mark.parametrize("excess", [1, 2, 300, 5000])
def test_frame_longer_than_the_buffer_is_bad_and_the_next_is_not(codec: Path, excess: int, fill: bytes) -> None:
    longest = Frame(6, 1, fill * _MAX_PAYLOAD_BYTES)
    too_long = Frame(6, 1, fill * (_MAX_PAYLOAD_BYTES + excess))
    stream = encode_frame(too_long) + encode_frame(longest)
    assert ask(codec, f"decode {stream.hex()}\n") == [f"bad {describe(longest)}"]
