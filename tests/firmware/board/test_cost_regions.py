"""The firmware's marks and QEMU's plugin: what is marked is what is counted. The acts are those of engine_probe.cpp."""

from __future__ import annotations

import pytest

from harness.config import Board, EmulatedTarget
from harness.link.client import Device
from harness.link.failures import DeviceError
from harness.measure.clock import WRAPS, InstructionClock

INSTRUCTIONS = 0  # the counter's index


def act(number: int) -> bytes:
    return number.to_bytes(4, "little")


def test_the_plugin_counts_what_the_timer_does(board: Board, device: Device) -> None:
    target = board.targets["emulated"]
    assert isinstance(target, EmulatedTarget)
    empty_ticks = device.self_check().empty_ticks
    clock = InstructionClock(device.hello.timer_hz, target.icount_shift, WRAPS[device.hello.timer], empty_ticks)
    for rounds in (100, 1_000, 1_000_000):
        timed = clock.cost(0, device.time(act(rounds)).ticks).instructions
        assert timed is not None
        assert device.counters(0)[INSTRUCTIONS] == timed.value


def test_a_window_has_one_region_however_often_it_is_asked_for(device: Device) -> None:
    device.time(act(500), count=3)
    counters = device.counters(0)
    with pytest.raises(DeviceError) as caught:
        device.counters(1)
    assert caught.value.answer.detail == 1
    assert device.counters(0) == counters


def test_a_window_forgets_the_regions_before_it(device: Device) -> None:
    device.time(act(100_000))
    before = device.counters(0)[INSTRUCTIONS]
    device.profile(act(0))  # the probe has no ops
    with pytest.raises(DeviceError):
        device.counters(0)
    device.time(act(100))
    assert device.counters(0)[INSTRUCTIONS] == before - 2 * (100_000 - 100)
