"""The registers by which a debugger halts, runs and resets the core: Armv7-M ARM (DDI 0403E) B3.2 and C1.6."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Literal

from harness.standin.chip.coresight import scs_identification
from harness.standin.chip.cpu import LINK_REGISTER, RETURN_ADDRESS, STACK_POINTER, Cpu, Stop

AIRCR, DFSR, DHCSR, DCRSR, DCRDR, DEMCR = 0xD0C, 0xD30, 0xDF0, 0xDF4, 0xDF8, 0xDFC

AIRCR_KEY, DHCSR_KEY = 0x05FA, 0xA05F
SYSRESETREQ, VECTRESET = 1 << 2, 1 << 0
C_DEBUGEN, C_HALT, C_STEP = 1 << 0, 1 << 1, 1 << 2
S_REGRDY, S_HALT, S_LOCKUP, S_RETIRE_ST, S_RESET_ST = 1 << 16, 1 << 17, 1 << 19, 1 << 24, 1 << 25
DFSR_HALTED, DFSR_BKPT, DFSR_VCATCH = 1 << 0, 1 << 1, 1 << 3
VC_CORERESET, VC_HARDERR = 1 << 0, 1 << 10
REGWNR = 1 << 16

_CONTROL_MASK = 0xF  # C_DEBUGEN, C_HALT, C_STEP, C_MASKINTS
_SELECTOR_MASK = 0x7F
_AIRCR_READ = 0xFA050000
_SLICE_INSTRUCTIONS = 100_000  # between two looks of the debugger

# What else a debugger asks: ICTR for 96 interrupts, CPUID, ID_ISAR3, MPU_TYPE, MVFR0, MVFR1 (Cortex-M4 TRM, table 4-1)
_IDENTITY = {0x004: 2, 0xD00: 0x410FC241, 0xD6C: 0x01111131, 0xD90: 0x800, 0xF40: 0x10110021, 0xF44: 0x11000011}


class State(enum.Enum):
    """What the core does. FIRMWARE: the board behind the probe runs what the flash holds."""

    RESET = enum.auto()
    HALTED = enum.auto()
    RUNNING = enum.auto()
    FIRMWARE = enum.auto()
    LOCKUP = enum.auto()


class DebugUnit:
    """A core under a debugger. One that executes from flash is the board's business, which starts at its reset vector.

    Args:
        in_flash: whether an address is one of the flash.
        vectors: the initial stack pointer and the reset vector.
        reset_devices: resets the other parts of the chip.
        tell_board: has the board run, or stand still.
    """

    def __init__(
        self,
        cpu: Cpu,
        in_flash: Callable[[int], bool],
        vectors: Callable[[], tuple[int, int]],
        reset_devices: Callable[[], None],
        tell_board: Callable[[Literal["run", "halt"]], None],
    ) -> None:
        self._cpu = cpu
        self._in_flash = in_flash
        self._vectors = vectors
        self._reset_devices = reset_devices
        self._tell_board = tell_board
        self._state = State.FIRMWARE
        self._was_reset = True
        self._values = _IDENTITY | scs_identification() | {DHCSR: 0, DFSR: 0, DCRDR: 0, DEMCR: 0, AIRCR: _AIRCR_READ}

    def read(self, offset: int, size: int) -> int:
        """A register's value; the core goes on for a while whenever DHCSR is read."""
        if offset == DHCSR:
            self._go_on()
            return self._values[DHCSR] | self._status()
        return self._values.get(offset, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        if offset == DHCSR:
            if value >> 16 == DHCSR_KEY:
                self._values[DHCSR] = value & _CONTROL_MASK
                self._obey(value)
        elif offset == DCRSR:
            self._transfer_register(value)
        elif offset == DFSR:
            self._values[DFSR] &= ~value
        elif offset == AIRCR:
            if value >> 16 == AIRCR_KEY and value & (SYSRESETREQ | VECTRESET):
                self.hold_in_reset()
                self.leave_reset()
        else:
            self._values[offset] = value

    def hold_in_reset(self) -> None:
        """As long as nRESET is low."""
        if self._state is State.FIRMWARE:
            self._tell_board("halt")
        self._state = State.RESET
        self._was_reset = True

    def leave_reset(self) -> None:
        """Start from the reset vector, or halt there where DEMCR says so."""
        self._reset_devices()
        self._load_vectors()
        if self._values[DEMCR] & VC_CORERESET and self._values[DHCSR] & C_DEBUGEN:
            self._halt(DFSR_VCATCH)
        else:
            self._resume()

    def _status(self) -> int:
        """The upper half of DHCSR, whose S_RESET_ST tells of a reset since it was read last (C1.6.2)."""
        flags = {State.HALTED: S_HALT, State.LOCKUP: S_LOCKUP, State.RUNNING: S_RETIRE_ST, State.FIRMWARE: S_RETIRE_ST}
        reset = S_RESET_ST if self._was_reset else 0
        self._was_reset = self._state is State.RESET
        return S_REGRDY | flags.get(self._state, 0) | reset

    def _obey(self, request: int) -> None:
        if self._state is State.RESET:
            return
        if request & C_DEBUGEN and request & C_HALT:
            if self._state is not State.HALTED:
                self._stop_running()
        elif self._state is State.HALTED:
            if request & C_DEBUGEN and request & C_STEP:
                self._cpu.run(1)
                self._halt(DFSR_HALTED)
            else:
                self._resume()

    def _stop_running(self) -> None:
        if self._state is State.FIRMWARE:
            self._tell_board("halt")
            self._load_vectors()
        self._halt(DFSR_HALTED)

    def _halt(self, cause: int) -> None:
        self._state = State.HALTED
        self._values[DHCSR] |= C_HALT
        self._values[DFSR] |= cause

    def _resume(self) -> None:
        self._values[DHCSR] &= ~C_HALT
        self._state = State.RUNNING
        if self._in_flash(self._cpu.read_register(RETURN_ADDRESS)):
            self._state = State.FIRMWARE
            self._tell_board("run")

    def _go_on(self) -> None:
        if self._state is not State.RUNNING:
            return
        stop = self._cpu.run(_SLICE_INSTRUCTIONS)
        if stop is Stop.BREAKPOINT:
            self._halt(DFSR_BKPT)
        elif stop is Stop.FAULT and self._values[DEMCR] & VC_HARDERR:
            self._halt(DFSR_VCATCH)
        elif stop is Stop.FAULT:
            self._state = State.LOCKUP

    def _transfer_register(self, request: int) -> None:
        """DCRSR: between a register of the core and DCRDR."""
        selector = request & _SELECTOR_MASK
        if request & REGWNR:
            self._cpu.write_register(selector, self._values[DCRDR])
        else:
            self._values[DCRDR] = self._cpu.read_register(selector)

    def _load_vectors(self) -> None:
        stack, entry = self._vectors()
        self._cpu.write_register(STACK_POINTER, stack & ~3)
        self._cpu.write_register(LINK_REGISTER, 0xFFFFFFFF)
        self._cpu.write_register(RETURN_ADDRESS, entry)
