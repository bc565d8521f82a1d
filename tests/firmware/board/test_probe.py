"""What only a processor can show: faults, and a timer that wraps. The acts are those of engine_probe.cpp."""

from __future__ import annotations

import pytest

from harness.config import Board, EmulatedTarget
from harness.link.client import Device
from harness.link.failures import DeviceError
from harness.link.messages import ErrorCode
from harness.measure.clock import WRAPS, InstructionClock

# Bits of CFSR: Armv7-M ARM (DDI 0403E), B3.2.15.
BUS_FAULT_PRECISE = 1 << 9
USAGE_FAULT_INVALID_STATE = 1 << 17
USAGE_FAULT_UNDEFINED = 1 << 16


def act(number: int) -> bytes:
    return number.to_bytes(4, "little")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(1, USAGE_FAULT_UNDEFINED, id="undefined instruction"),
        pytest.param(2, BUS_FAULT_PRECISE, id="read of nowhere"),
        # On some boards QEMU takes writes to where nothing is, and the fault is the return to a lost address.
        pytest.param(3, BUS_FAULT_PRECISE | USAGE_FAULT_INVALID_STATE, id="stack overflow"),
    ],
)
def test_a_fault_is_an_answer_with_the_fault_status(board: Board, device: Device, fault: int, status: int) -> None:
    assert device.infer(act(0)) == b""
    with pytest.raises(DeviceError, match=r"processor fault \(.*CFSR 0x") as caught:
        device.infer(act(fault))
    assert caught.value.answer.code == ErrorCode.PROCESSOR_FAULT
    assert caught.value.answer.detail & status or board.core == "cortex-m0"  # which has no such register


def test_ticks_count_instructions_across_wraps(board: Board, device: Device) -> None:
    target = board.targets["emulated"]
    assert isinstance(target, EmulatedTarget)
    wrap = WRAPS[device.hello.timer]
    clock = InstructionClock(device.hello.timer_hz, target.icount_shift, wrap, 0)

    def timed(rounds: int) -> tuple[int, int]:
        run = device.time(act(rounds))
        assert run.interrupts == 0
        return clock.instructions(run.ticks), wrap.handled_instructions(run.ticks)

    few, _ = timed(100)
    handled = set()
    for rounds in (1_000_000, 7_000_000, 14_000_000, 70_000_000):
        instructions, handler = timed(rounds)
        assert instructions - few == 2 * (rounds - 100)
        handled.add(handler)
    assert min(handled) == 0 < max(handled)
