"""An STM32L475 put together."""

from __future__ import annotations

import mmap
import struct

from harness.errors import TargetError
from harness.standin.chip.bus import Bus, Registers, Window
from harness.standin.chip.coresight import COMPONENT_BYTES, SCS_ADDRESS, component_windows
from harness.standin.chip.cpu import Cpu
from harness.standin.chip.debug_port import AccessPort, DebugPort
from harness.standin.chip.debug_unit import DebugUnit
from harness.standin.chip.flash_controller import REGISTERS_ADDRESS, FlashController
from harness.standin.folder import SIMULATED_CHIP, DeskFolder

_RAM = ((0x20000000, 0x18000), (0x10000000, 0x8000))  # SRAM1, SRAM2: RM0351 2.2.2
_IWDG_ADDRESS, _DBGMCU_ADDRESS = 0x40003000, 0xE0042000
_PERIPHERAL_BYTES = 0x400
_BOOT_ADDRESS = 0x00000000  # the flash shows there, too
_READOUT_LEVEL_2 = 2


class Chip:
    """The chip on a desk, just powered: its RAM is empty, its flash is the desk's.

    Raises:
        TargetError: the desk's folder is unusable, or its chip is another one.
        OSError: its flash is.
    """

    def __init__(self, desk: DeskFolder) -> None:
        settings = desk.read()
        if not settings.probe_target.startswith(SIMULATED_CHIP):
            raise TargetError(f"no simulated chip is a {settings.probe_target}", "take a desk with board stm32l475")
        faults = settings.faults
        with desk.flash_file.open("r+b") as file:
            self._array = mmap.mmap(file.fileno(), settings.flash_bytes)
        self._flash = FlashController(self._array, faults)
        identity = Registers({0: settings.idcode if faults.idcode is None else faults.idcode})
        watchdog = Registers({})
        windows = [
            *(
                Window(address, settings.flash_bytes, self._flash.read, self._flash.write)
                for address in (settings.flash_address, _BOOT_ADDRESS)
            ),
            Window(REGISTERS_ADDRESS, _PERIPHERAL_BYTES, self._flash.read_register, self._flash.write_register),
            Window(_IWDG_ADDRESS, _PERIPHERAL_BYTES, watchdog.read, watchdog.write),
            Window(_DBGMCU_ADDRESS, _PERIPHERAL_BYTES, identity.read, identity.write),
        ]
        cpu = Cpu(_RAM, windows)
        flash = range(settings.flash_address, settings.flash_address + settings.flash_bytes)
        self._debug_unit = DebugUnit(cpu, flash.__contains__, self._vectors, self._flash.reset, desk.tell)
        system = Window(SCS_ADDRESS, COMPONENT_BYTES, self._debug_unit.read, self._debug_unit.write)
        bus = Bus([*cpu.memories, *windows, system, *component_windows()])
        self.debug_port = DebugPort(AccessPort(bus), silent=faults.rdp_level == _READOUT_LEVEL_2)

    def hold_in_reset(self) -> None:
        """Pull nRESET low."""
        self._debug_unit.hold_in_reset()

    def leave_reset(self) -> None:
        """Let nRESET go."""
        self._debug_unit.leave_reset()

    def close(self) -> None:
        """Take its power: the flash stays."""
        self._array.close()

    def _vectors(self) -> tuple[int, int]:
        stack, entry = struct.unpack_from("<II", self._array)
        return stack, entry
