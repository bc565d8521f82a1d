"""What targets share of a run's vectors: whatever the order in which they take some, answer and fail."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.simulated_device import SimulatedDevice
from support.simulated_line import SimulatedLine

from harness.errors import TargetError
from harness.link.client import Device
from harness.measure.work import CancelledError, Work, answer_share, cancellable

INPUTS = [bytes([index]) for index in range(12)]


@dataclass
class PlannedDevice:
    """Takes up to `window` vectors before it answers the first; fails where it should give answer `fails_at`."""

    window: int
    fails_at: int | None = None
    given: int = 0

    def infer_many(self, vectors: Iterable[bytes]) -> Iterator[bytes]:
        waiting: list[bytes] = []
        source = iter(vectors)
        while True:
            while len(waiting) < self.window and (vector := next(source, None)) is not None:
                waiting.append(vector)
            if not waiting:
                return
            if self.given == self.fails_at:
                raise TargetError("as planned")
            self.given += 1
            yield waiting.pop(0)[::-1] * 2


devices = st.builds(PlannedDevice, st.integers(1, 5), st.none() | st.integers(0, 6))


@given(st.lists(devices, min_size=1, max_size=4), st.data())
def test_every_vector_is_answered_once_or_waits_for_who_is_left(
    planned: list[PlannedDevice], data: st.DataObject
) -> None:
    """Each step is that of any of the devices: all interleavings that threads could make."""
    work = Work(len(INPUTS))
    shares = {index: answer_share(work, device, INPUTS) for index, device in enumerate(planned)}
    alive = set(shares)
    answered: dict[int, bytes] = {}
    while alive and len(answered) < len(INPUTS):
        chosen = data.draw(st.sampled_from(sorted(alive)))
        try:
            index, output = next(shares[chosen])
        except StopIteration:  # nothing waits now; it may again
            shares[chosen] = answer_share(work, planned[chosen], INPUTS)
        except TargetError:
            alive.remove(chosen)
        else:
            assert index not in answered
            answered[index] = output
    if alive:
        assert answered == {index: vector[::-1] * 2 for index, vector in enumerate(INPUTS)}
        assert not work.wait()
    else:
        left = [index for index in iter(work.take, None) if index is not None]
        assert sorted([*answered, *left]) == list(range(len(INPUTS)))


def test_what_goes_back_is_the_next_to_be_taken() -> None:
    work = Work(5)
    assert [work.take(), work.take()] == [0, 1]
    work.give_back([0, 1])
    assert [work.take() for _ in range(6)] == [0, 1, 2, 3, 4, None]


def test_who_finds_nothing_waits_until_something_goes_back() -> None:
    work, found = Work(1), []
    assert work.take() == 0
    waiter = threading.Thread(target=lambda: found.append(work.wait()))
    waiter.start()
    work.give_back([0])
    waiter.join()
    assert found == [True]


def test_nobody_waits_for_cancelled_work() -> None:
    work = Work(1)
    work.cancel()
    assert not work.wait()


class SilentLine(SimulatedLine):
    """Its device falls silent, and with that the work is cancelled."""

    work: Work | None = None

    def read(self, timeout_s: float) -> bytes:
        if self.work is None:
            return super().read(timeout_s)
        self.work.cancel()
        return b""


def test_a_silent_device_is_left_when_work_is_cancelled() -> None:
    line = SilentLine(SimulatedDevice())
    device, work = Device(line, clock=line.clock), Work(1)
    with cancellable(device, work):
        assert device.status()
        line.work = work
        with pytest.raises(CancelledError):
            device.status()
    assert device.stream is line
