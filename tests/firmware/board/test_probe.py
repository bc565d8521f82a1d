"""What only a processor can show: faults, and a timer that wraps. The acts are those of engine_probe.cpp."""

from __future__ import annotations

import pytest

from harness.config import Board, EmulatedTarget
from harness.link.client import Device
from harness.link.failures import DeviceError
from harness.link.messages import ErrorCode

# Bits of CFSR: Armv7-M ARM (DDI 0403E), B3.2.15.
BUS_FAULT_PRECISE = 1 << 9
USAGE_FAULT_INVALID_STATE = 1 << 17
USAGE_FAULT_UNDEFINED = 1 << 16

WRAP_TICKS = 1 << 24  # of SysTick
HANDLER_INSTRUCTIONS = 5  # systick.cpp


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
def test_a_fault_is_an_answer_with_the_fault_status(device: Device, fault: int, status: int) -> None:
    assert device.infer(act(0)) == b""
    with pytest.raises(DeviceError, match=r"processor fault \(.*CFSR 0x") as caught:
        device.infer(act(fault))
    assert caught.value.answer.code == ErrorCode.PROCESSOR_FAULT
    assert caught.value.answer.detail & status


def test_ticks_count_instructions_across_wraps(board: Board, device: Device) -> None:
    def instructions(rounds: int) -> int:
        run = device.time(act(rounds))
        assert run.interrupts == 0
        wraps = run.ticks // WRAP_TICKS
        assert wraps == rounds * 2 * ticks_per_instruction // WRAP_TICKS
        return round((run.ticks + 0.5) / ticks_per_instruction) - wraps * HANDLER_INSTRUCTIONS

    target = board.targets["emulated"]
    assert isinstance(target, EmulatedTarget)
    ticks_per_instruction = device.hello.timer_hz * 2**target.icount_shift / 1e9
    few = instructions(100)
    for rounds in (6_000_000, 7_000_000, 14_000_000, 40_000_000):  # 0, 1, 2 and 6 wraps
        assert instructions(rounds) - few == 2 * (rounds - 100)
