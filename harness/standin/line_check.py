"""Does the link hold? Vectors go to a device and back, over its line and over faults put in front of that."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import LinkError
from harness.link.client import Device
from harness.link.pipeline import LineFaults
from harness.standin.faulty_line import FaultRates, FaultyLine

_MOST_FAILURES = 3  # one after the other: the line is dead


@dataclass
class LineCheck:
    """What became of the vectors sent.

    Attributes:
        right: came back as they were sent.
        wrong: came back otherwise, which must not happen.
        given_up: ended in an error that said so.
        carried_bytes: on the line, in both directions.
        damaged_bytes: those of them that the faults damaged.
        bad_frames: that arrived damaged, at either end.
        resent_frames: that the host sent again.
    """

    right: int = 0
    wrong: int = 0
    given_up: int = 0
    carried_bytes: int = 0
    damaged_bytes: int = 0
    bad_frames: int = 0
    resent_frames: int = 0
    seconds: float = 0.0

    def add_faults(self, host: LineFaults) -> None:
        self.bad_frames += host.bad_frames
        self.resent_frames += host.resent_frames


def check_line(device: Device, model: bytes, rates: FaultRates, count: int, seed: int = 0) -> LineCheck:
    """Stream `count` different vectors over a line to `device` that has these faults, too.

    Args:
        device: `model`, an echo, is in its slot. It must be greeted again after the check.
        seed: of the vectors and the faults.

    Raises:
        LinkError: the line is dead.
        TargetError: the device is gone.
    """
    device.greet()
    size_bytes = device.load(model).input_bytes
    generator = random.Random(seed)
    vectors = [generator.randbytes(size_bytes) for _ in range(count)]
    check = LineCheck()
    begin_s = time.monotonic()
    with FaultyLine(device.stream, rates, seed) as line, contextlib.closing(line.open()) as stream:
        _stream(Device(stream), model, vectors, check)
    check.seconds = time.monotonic() - begin_s
    check.carried_bytes, check.damaged_bytes = line.carried_bytes, line.damaged_bytes
    return check


def _stream(device: Device, model: bytes, vectors: Sequence[bytes], check: LineCheck) -> None:
    """Where one is given up, go on behind it."""
    done = failures = 0
    while done < len(vectors):
        try:
            device.greet()
            device.load(model)
            for heard in device.infer_many(vectors[done:]):
                check.right += heard == vectors[done]
                check.wrong += heard != vectors[done]
                done += 1
                failures = 0
        except LinkError:
            check.given_up += 1
            done += 1
            failures += 1
            if failures == _MOST_FAILURES:
                raise
    check.bad_frames += device.status().bad_frames
    check.add_faults(device.faults)
