"""The chip's Cortex-M4, which Unicorn emulates: it runs what a debugger puts into RAM, not the firmware."""

from __future__ import annotations

import enum
from collections.abc import Iterable

import unicorn
from unicorn import arm_const

from harness.standin.chip.bus import BusError, Window

_PAGE_BYTES = 0x1000  # what Unicorn maps at least
_EXCP_BKPT = 7  # QEMU's number, which Unicorn passes on
_THUMB = 1

# Register selectors of DCRSR, Armv7-M ARM C1.6.3
STACK_POINTER, LINK_REGISTER, RETURN_ADDRESS = 13, 14, 15
_SELECTED = {
    **{number: arm_const.UC_ARM_REG_R0 + number for number in range(13)},
    STACK_POINTER: arm_const.UC_ARM_REG_SP,
    LINK_REGISTER: arm_const.UC_ARM_REG_LR,
    RETURN_ADDRESS: arm_const.UC_ARM_REG_PC,
    16: arm_const.UC_ARM_REG_XPSR,
    17: arm_const.UC_ARM_REG_MSP,
    18: arm_const.UC_ARM_REG_PSP,
    33: arm_const.UC_ARM_REG_FPSCR,
    **{64 + number: arm_const.UC_ARM_REG_S0 + number for number in range(32)},
}


class Stop(enum.Enum):
    """Why the core does not run on."""

    COUNT = enum.auto()  # it executed as many instructions as it was asked to
    BREAKPOINT = enum.auto()
    FAULT = enum.auto()


class Cpu:
    """A core, and the memory that it executes from.

    Args:
        ram: address and size of each RAM.
        windows: all else that it reaches; it executes nothing there.
    """

    def __init__(self, ram: Iterable[tuple[int, int]], windows: Iterable[Window]) -> None:
        self._unicorn = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        self._unicorn.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M4)
        self._unicorn.hook_add(unicorn.UC_HOOK_INTR, self._take_exception)
        self._stop = Stop.COUNT
        self.memories = [self._map_ram(address, size) for address, size in ram]
        for window in windows:
            self._map(window)

    def read_register(self, selector: int) -> int:
        """The register that DCRSR's selector names; those that are not there read 0."""
        return int(self._unicorn.reg_read(_SELECTED[selector])) if selector in _SELECTED else 0

    def write_register(self, selector: int, value: int) -> None:
        if selector in _SELECTED:
            self._unicorn.reg_write(_SELECTED[selector], value)

    def run(self, instructions: int) -> Stop:
        """Execute at most so many instructions."""
        self._stop = Stop.COUNT
        try:
            self._unicorn.emu_start(self.read_register(RETURN_ADDRESS) | _THUMB, 0xFFFFFFFF, count=instructions)
        except unicorn.UcError:
            return Stop.FAULT
        return self._stop

    def _take_exception(self, _core: unicorn.Uc, number: int, _: object) -> None:
        self._end(Stop.BREAKPOINT if number == _EXCP_BKPT else Stop.FAULT)

    def _end(self, stop: Stop) -> None:
        self._stop = stop
        self._unicorn.emu_stop()

    def _map_ram(self, address: int, size: int) -> Window:
        self._unicorn.mem_map(address, size)
        return Window(
            address,
            size,
            lambda offset, count: int.from_bytes(self._unicorn.mem_read(address + offset, count), "little"),
            lambda offset, count, value: self._unicorn.mem_write(address + offset, value.to_bytes(count, "little")),
        )

    def _map(self, window: Window) -> None:
        def read(_core: unicorn.Uc, offset: int, count: int, _: object) -> int:
            try:
                return window.read(offset, count)
            except BusError:
                self._end(Stop.FAULT)
                return 0

        def write(_core: unicorn.Uc, offset: int, count: int, value: int, _: object) -> None:
            try:
                window.write(offset, count, value)
            except BusError:
                self._end(Stop.FAULT)

        size = -(-window.bytes // _PAGE_BYTES) * _PAGE_BYTES
        self._unicorn.mmio_map(window.address, size, read, None, write, None)
