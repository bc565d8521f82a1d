"""A debugger's work on the core: halt, step, run, registers, reset; and when the board behind it is told."""

from __future__ import annotations

import struct
from typing import Literal

import pytest

from harness.standin.chip.cpu import RETURN_ADDRESS, STACK_POINTER, Cpu
from harness.standin.chip.debug_unit import (
    AIRCR,
    AIRCR_KEY,
    C_DEBUGEN,
    C_HALT,
    C_STEP,
    DCRDR,
    DCRSR,
    DEMCR,
    DFSR,
    DFSR_BKPT,
    DFSR_HALTED,
    DFSR_VCATCH,
    DHCSR,
    DHCSR_KEY,
    REGWNR,
    S_HALT,
    S_LOCKUP,
    S_RESET_ST,
    S_RETIRE_ST,
    SYSRESETREQ,
    VC_CORERESET,
    VC_HARDERR,
    DebugUnit,
)

RAM, RAM_BYTES = 0x20000000, 0x1000
FLASH = range(0x08000000, 0x08001000)
STACK, ENTRY = RAM + RAM_BYTES, FLASH.start + 0x101
ADD_THEN_BREAK = struct.pack("<HH", 0x3001, 0xBE00)  # adds r0, #1; bkpt
ENDLESS = struct.pack("<H", 0xE7FE)  # b .
LOAD_FROM_NOWHERE = struct.pack("<HH", 0x6800, 0xBE00)  # ldr r0, [r0]; bkpt


class Desk:
    """A core, and what the board behind it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.resets = 0
        self.cpu = Cpu([(RAM, RAM_BYTES)], [])
        self.unit = DebugUnit(self.cpu, FLASH.__contains__, lambda: (STACK, ENTRY), self._reset, self._tell)

    def _reset(self) -> None:
        self.resets += 1

    def _tell(self, command: Literal["run", "halt"]) -> None:
        self.told.append(command)

    def control(self, flags: int) -> None:
        self.unit.write(DHCSR, 4, DHCSR_KEY << 16 | flags)

    def status(self) -> int:
        return self.unit.read(DHCSR, 4)

    def set_register(self, selector: int, value: int) -> None:
        self.unit.write(DCRDR, 4, value)
        self.unit.write(DCRSR, 4, REGWNR | selector)

    def register(self, selector: int) -> int:
        self.unit.write(DCRSR, 4, selector)
        return self.unit.read(DCRDR, 4)

    def call(self, code: bytes) -> None:
        """Have the halted core run from the begin of its RAM."""
        self.cpu.memories[0].write(0, len(code), int.from_bytes(code, "little"))
        self.set_register(RETURN_ADDRESS, RAM)
        self.control(C_DEBUGEN)


@pytest.fixture
def halted() -> Desk:
    desk = Desk()
    desk.control(C_DEBUGEN | C_HALT)
    return desk


def test_a_board_runs_until_the_core_is_halted() -> None:
    desk = Desk()
    assert desk.status() & S_RETIRE_ST and not desk.status() & S_HALT
    desk.control(C_DEBUGEN | C_HALT)
    assert desk.told == ["halt"]
    assert desk.status() & S_HALT and desk.unit.read(DFSR, 4) == DFSR_HALTED


def test_a_write_without_the_key_does_nothing() -> None:
    desk = Desk()
    desk.unit.write(DHCSR, 4, C_DEBUGEN | C_HALT)
    assert not desk.status() & S_HALT and desk.told == []


def test_code_in_ram_runs_to_its_breakpoint(halted: Desk) -> None:
    halted.set_register(0, 41)
    halted.call(ADD_THEN_BREAK)
    assert halted.status() & S_HALT
    assert halted.register(0) == 42 and halted.register(RETURN_ADDRESS) == RAM + 2
    assert halted.unit.read(DFSR, 4) & DFSR_BKPT
    halted.unit.write(DFSR, 4, DFSR_BKPT | DFSR_HALTED)
    assert halted.unit.read(DFSR, 4) == 0
    assert halted.told == ["halt"]


def test_endless_code_can_be_halted(halted: Desk) -> None:
    halted.call(ENDLESS)
    assert halted.status() & S_RETIRE_ST
    halted.control(C_DEBUGEN | C_HALT)
    assert halted.status() & S_HALT and halted.register(RETURN_ADDRESS) == RAM


def test_a_step_is_one_instruction(halted: Desk) -> None:
    halted.cpu.memories[0].write(0, 4, int.from_bytes(ADD_THEN_BREAK, "little"))
    halted.set_register(RETURN_ADDRESS, RAM)
    halted.set_register(0, 1)
    halted.control(C_DEBUGEN | C_STEP)
    assert halted.status() & S_HALT and halted.register(0) == 2


@pytest.mark.parametrize(("caught", "state", "cause"), [(VC_HARDERR, S_HALT, DFSR_VCATCH), (0, S_LOCKUP, 0)])
def test_a_fault_halts_where_it_is_caught_and_locks_up_where_not(
    halted: Desk, caught: int, state: int, cause: int
) -> None:
    halted.unit.write(DEMCR, 4, caught)
    halted.set_register(0, 0x70000000)
    halted.call(LOAD_FROM_NOWHERE)
    assert halted.status() & (S_HALT | S_LOCKUP) == state
    assert halted.unit.read(DFSR, 4) & DFSR_VCATCH == cause


def test_a_lockup_can_be_halted(halted: Desk) -> None:
    halted.unit.write(DEMCR, 4, 0)
    halted.set_register(0, 0x70000000)
    halted.call(LOAD_FROM_NOWHERE)
    halted.status()
    halted.control(C_DEBUGEN | C_HALT)
    assert halted.status() & (S_HALT | S_LOCKUP) == S_HALT


def test_a_reset_runs_the_board(halted: Desk) -> None:
    halted.status()
    halted.unit.write(AIRCR, 4, AIRCR_KEY << 16 | SYSRESETREQ)
    assert halted.told == ["halt", "run"] and halted.resets == 1
    assert halted.status() & S_RESET_ST
    assert not halted.status() & (S_RESET_ST | S_HALT)


def test_a_caught_reset_halts_at_the_reset_vector(halted: Desk) -> None:
    halted.unit.write(DEMCR, 4, VC_CORERESET)
    halted.unit.write(AIRCR, 4, AIRCR_KEY << 16 | SYSRESETREQ)
    assert halted.status() & S_HALT and halted.told == ["halt"]
    assert halted.register(STACK_POINTER) == STACK
    assert halted.register(RETURN_ADDRESS) == ENTRY & ~1


def test_a_core_that_is_held_in_reset_obeys_when_it_leaves_it() -> None:
    desk = Desk()
    desk.unit.hold_in_reset()
    desk.control(C_DEBUGEN | C_HALT)
    desk.unit.write(DEMCR, 4, VC_CORERESET)
    assert desk.status() & S_RESET_ST and desk.status() & S_RESET_ST
    assert not desk.status() & S_HALT
    desk.unit.leave_reset()
    assert desk.status() & S_HALT and desk.told == ["halt"]


def test_without_a_debugger_the_board_runs(halted: Desk) -> None:
    halted.set_register(RETURN_ADDRESS, ENTRY & ~1)
    halted.control(0)
    assert halted.told == ["halt", "run"]
