"""SW-DP and AHB-AP: what turns a debugger's words into accesses to the chip's bus.

Registers: ADIv5.2 specification (IHI 0031), B2.2 for the debug port, C2.6 for the access port; Cortex-M4 TRM, 8.3.
"""

from __future__ import annotations

from harness.standin.chip.bus import Bus, BusError
from harness.standin.chip.coresight import ROM_TABLE_ADDRESS

DPIDR, ABORT, CTRL_STAT, SELECT, RDBUFF = 0x0, 0x0, 0x4, 0x8, 0xC
CSW, TAR, DRW, BD0, BD3, BASE, IDR = 0x00, 0x04, 0x0C, 0x10, 0x1C, 0xF8, 0xFC

STKERRCLR = 1 << 2
STICKYERR, CDBGPWRUPREQ, CSYSPWRUPREQ = 1 << 5, 1 << 28, 1 << 30
SIZE_MASK, ADDRINC_MASK, DEVICE_ENABLED = 0x7, 0x30, 1 << 6

_DPIDR_STM32L4 = 0x2BA01477  # SW-DP, version 1
_IDR_CORTEX_M4 = 0x24770011  # AHB-AP
_CSW_RESET = 0x23000042
_BASE_PRESENT = 0x3
_INCREMENT_MASK = 0xFFF  # TAR counts in its low 12 bits
_SIZES = {0: 1, 1: 2, 2: 4}


class FaultError(Exception):
    """The debug port answers FAULT."""


class SilenceError(Exception):
    """Nothing answers on the wire."""


class AccessPort:
    """An AHB-AP in front of `bus`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._control = _CSW_RESET
        self._address = 0

    def read(self, register: int) -> int:
        """Raises BusError as the bus does (so does `write`)."""
        if register == DRW:
            size = self._size()
            value = self._bus.read(self._address, size) << 8 * (self._address % 4)
            self._advance(size)
            return value
        if BD0 <= register <= BD3:
            return self._bus.read(self._banked(register), 4)
        known = {
            CSW: self._control | DEVICE_ENABLED,
            TAR: self._address,
            BASE: ROM_TABLE_ADDRESS | _BASE_PRESENT,
            IDR: _IDR_CORTEX_M4,
        }
        return known.get(register, 0)

    def write(self, register: int, value: int) -> None:
        if register == DRW:
            size = self._size()
            lanes = value >> 8 * (self._address % 4)
            self._bus.write(self._address, size, lanes & (1 << 8 * size) - 1)
            self._advance(size)
        elif BD0 <= register <= BD3:
            self._bus.write(self._banked(register), 4, value)
        elif register == CSW:
            self._control = value
        elif register == TAR:
            self._address = value

    def _size(self) -> int:
        size = _SIZES.get(self._control & SIZE_MASK)
        if size is None:
            raise BusError("a size that the AHB-AP does not have")
        return size

    def _advance(self, size: int) -> None:
        if self._control & ADDRINC_MASK:
            low = self._address + size & _INCREMENT_MASK
            self._address = self._address & ~_INCREMENT_MASK | low

    def _banked(self, register: int) -> int:
        return self._address & ~0xF | register - BD0


class DebugPort:
    """An SW-DP with one access port, at 0.

    Args:
        silent: debugging is fused off: nothing answers (RM0351 3.5.1, level 2).
    """

    def __init__(self, access_port: AccessPort, *, silent: bool) -> None:
        self._access_port = access_port
        self._silent = silent
        self._control = 0
        self._select = 0
        self._buffer = 0

    def read(self, register: int) -> int:
        """A register of the debug port, by A[3:2].

        Raises:
            SilenceError: nothing answers (so for every method).
        """
        self._require_answer()
        if register == DPIDR:
            return _DPIDR_STM32L4
        if register == CTRL_STAT:  # power-up requests are acknowledged at once, in the bit above each
            return self._control | (self._control & (CDBGPWRUPREQ | CSYSPWRUPREQ)) << 1
        return self._buffer if register == RDBUFF else 0

    def write(self, register: int, value: int) -> None:
        self._require_answer()
        if register == ABORT and value & STKERRCLR:
            self._control &= ~STICKYERR
        elif register == CTRL_STAT:
            self._control = value & (CDBGPWRUPREQ | CSYSPWRUPREQ) | self._control & STICKYERR
        elif register == SELECT:
            self._select = value

    def read_access_port(self, register: int) -> int:
        """A register of the selected access port, by A[3:2].

        Raises:
            FaultError: the access failed, one before it did and was not cleared, or debug has no power (so for writes).
        """
        self._require_power()
        try:
            self._buffer = 0 if self._absent() else self._access_port.read(self._banked(register))
        except BusError as error:
            raise self._fault(error) from None
        return self._buffer

    def write_access_port(self, register: int, value: int) -> None:
        self._require_power()
        try:
            if not self._absent():
                self._access_port.write(self._banked(register), value)
        except BusError as error:
            raise self._fault(error) from None

    def _require_answer(self) -> None:
        if self._silent:
            raise SilenceError

    def _require_power(self) -> None:
        self._require_answer()
        if self._control & STICKYERR or not self._control & CDBGPWRUPREQ:
            raise FaultError("sticky error, or no power")

    def _absent(self) -> bool:
        return self._select >> 24 != 0

    def _banked(self, register: int) -> int:
        return self._select & 0xF0 | register & 0xC

    def _fault(self, error: BusError) -> FaultError:
        self._control |= STICKYERR
        return FaultError(str(error))
