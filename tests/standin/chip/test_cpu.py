from __future__ import annotations

import struct

import pytest

from harness.standin.chip.bus import BusError, Registers, Window
from harness.standin.chip.cpu import RETURN_ADDRESS, Cpu, Stop

RAM, DEVICE = 0x20000000, 0x40000000
BREAK = 0xBE00


def core(*instructions: int, device: Window | None = None) -> Cpu:
    cpu = Cpu([(RAM, 0x1000)], [device] if device else [])
    code = struct.pack(f"<{len(instructions)}H", *instructions)
    cpu.memories[0].write(0, len(code), int.from_bytes(code, "little"))
    cpu.write_register(RETURN_ADDRESS, RAM)
    return cpu


def test_it_stops_at_a_breakpoint() -> None:
    cpu = core(0x2007, BREAK)  # movs r0, #7
    assert cpu.run(100) is Stop.BREAKPOINT
    assert cpu.read_register(0) == 7


def test_it_stops_when_it_executed_enough() -> None:
    cpu = core(0x3001, 0xE7FD)  # adds r0, #1; b to it
    assert cpu.run(200) is Stop.COUNT
    assert cpu.read_register(0) == 100


def test_it_reaches_devices() -> None:
    registers = Registers({4: 7})
    cpu = core(0x6841, 0x6081, BREAK, device=Window(DEVICE, 0x400, registers.read, registers.write))  # r0[8] = r0[4]
    cpu.write_register(0, DEVICE)
    assert cpu.run(100) is Stop.BREAKPOINT
    assert registers.read(8, 4) == 7


@pytest.mark.parametrize("address", [DEVICE, 0x60000000])
def test_what_no_device_takes_is_a_fault(address: int) -> None:
    def refuse(offset: int, size: int) -> int:
        raise BusError("refused")

    cpu = core(0x6801, BREAK, device=Window(DEVICE, 0x400, refuse, lambda *_: None))  # ldr r1, [r0]
    cpu.write_register(0, address)
    assert cpu.run(100) is Stop.FAULT


def test_an_undefined_instruction_is_a_fault() -> None:
    assert core(0xDE00).run(100) is Stop.FAULT


def test_registers_that_are_not_there_read_zero() -> None:
    cpu = core(BREAK)
    cpu.write_register(99, 1)
    assert cpu.read_register(99) == 0
