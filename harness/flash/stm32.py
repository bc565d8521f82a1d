"""What flashing has to know of STM32 microcontrollers beside what pyOCD knows."""

from __future__ import annotations

from dataclasses import dataclass

_RDP_MASK = 0xFF
_RDP_LEVEL_0, _RDP_LEVEL_2 = 0xAA, 0xCC


@dataclass(frozen=True)
class Stm32:
    """A family's registers.

    Attributes:
        option_register: its low byte is the level of readout protection (RDP).
        debug_control: DBGMCU_CR, whose bits keep clocks running in low-power modes until power is cut.
    """

    option_register: int
    debug_control: int

    def protection_level(self, options: int) -> int:
        """Of readout protection, of what `option_register` reads: 0 is none."""
        known = {_RDP_LEVEL_0: 0, _RDP_LEVEL_2: 2}
        return known.get(options & _RDP_MASK, 1)


# FLASH_OPTR and DBGMCU_CR of RM0351; RM0432 has them at the same addresses
_FAMILIES = {"stm32l4": Stm32(option_register=0x40022020, debug_control=0xE0042004)}


def stm32_family(target: str) -> Stm32 | None:
    """Of a chip by pyOCD's name; None where nothing is known of it."""
    return next((family for prefix, family in _FAMILIES.items() if target.startswith(prefix)), None)
