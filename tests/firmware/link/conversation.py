"""Talk to the fake device: frames in, frames out."""

from __future__ import annotations

import os
import struct
import subprocess
import zlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from harness.link.frames import Frame, FrameDecoder, encode_frame
from harness.link.messages import (
    ANSWER_BIT,
    ERROR_TYPE,
    ArenaPart,
    ArenaRequest,
    BaudRequest,
    Counters,
    CountersRequest,
    DeviceStatus,
    Done,
    ErrorAnswer,
    Hello,
    HelloRequest,
    InferRequest,
    InputRequest,
    LayersRequest,
    LayerTimes,
    Loaded,
    Message,
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

MAX_PAYLOAD_BYTES = 1024
SLOT_BYTES = 1000

_ANSWERS: dict[type[Request], type[Message]] = {
    HelloRequest: Hello,
    StatusRequest: DeviceStatus,
    ModelWriteRequest: Done,
    ModelLoadRequest: Loaded,
    InputRequest: Done,
    InferRequest: OutputBytes,
    OutputRequest: OutputBytes,
    TimeRequest: TimedRun,
    ProfileRequest: ProfiledRun,
    LayersRequest: LayerTimes,
    SelfCheckRequest: SelfCheck,
    ArenaRequest: ArenaPart,
    CountersRequest: Counters,
    BaudRequest: Done,
}


@dataclass(frozen=True)
class FakeModel:
    """What fake_engine.cpp reads. `failing_op` counts from 1; 0: none fails."""

    load_code: int = 0
    op_count: int = 3
    input0_bytes: int = 10
    input1_bytes: int = 6
    output0_bytes: int = 5
    output1_bytes: int = 9
    failing_op: int = 0

    def pack(self) -> bytes:
        return struct.pack("<7H", *astuple(self))

    def requests(self) -> list[Request]:
        """What puts it into the slot and loads it."""
        model = self.pack()
        return [ModelWriteRequest(0, model), ModelLoadRequest(len(model), zlib.crc32(model))]


def _run(device: Path, data: bytes, fake: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([device], input=data, capture_output=True, env={**os.environ, **fake}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done


def encode(requests: Iterable[Request]) -> bytes:
    """Frames of HELLO and `requests`, in order."""
    asked = [HelloRequest(), *requests]
    return b"".join(encode_frame(Frame(request.type, seq, request.pack())) for seq, request in enumerate(asked))


def events(device: Path, data: bytes, silent_behind: int | None = None) -> list[str]:
    """What the board is made to do in the course of `data`, as fake_board.cpp logs it.

    The line is silent for a while behind `silent_behind` bytes.
    """
    fake = {} if silent_behind is None else {"FAKE_SILENCE": str(silent_behind)}
    return _run(device, data, fake).stderr.decode().splitlines()


def exchange(device: Path, data: bytes, slot: str = "ram", regions: int | None = None, memory: str = "") -> list[Frame]:
    """The frames that the device answers to `data`.

    Args:
        slot: "ram" or "flash".
        regions: None where nothing counts.
        memory: what is wrong with the arena's second piece, "hole" or "alias"; empty where there is none.
    """
    fake = {"FAKE_SLOT": slot, "FAKE_MEMORY": memory, **({} if regions is None else {"FAKE_REGIONS": str(regions)})}
    done = _run(device, data, fake)
    assert not done.stdout or done.stdout.endswith(b"\0")
    frames = FrameDecoder().feed(done.stdout)
    whole = [frame for frame in frames if isinstance(frame, Frame)]
    assert whole == frames
    return whole


def ask(
    device: Path, requests: Iterable[Request], slot: str = "ram", regions: int | None = None, memory: str = ""
) -> list[Message]:
    """The answers to HELLO and `requests`, without HELLO's: a message of ERROR, or of the class in `_ANSWERS`."""
    asked = list(requests)
    frames = exchange(device, encode(asked), slot, regions, memory)
    assert [frame.seq for frame in frames] == list(range(1 + len(asked)))
    return [unpack(request, frame) for request, frame in zip(asked, frames[1:], strict=True)]


def unpack(request: Request, frame: Frame) -> Message:
    """The message in the answer to `request`."""
    if frame.type == ERROR_TYPE:
        return ErrorAnswer.unpack(frame.payload)
    assert frame.type == request.type | ANSWER_BIT
    return _ANSWERS[type(request)].unpack(frame.payload)
