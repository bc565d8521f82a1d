"""The debug components of a Cortex-M4, as a debugger discovers them: the ROM table and what it points to.

Identification registers: ADIv5.2 specification, chapter D; parts: Cortex-M4 TRM, table 8-1.
"""

from __future__ import annotations

from harness.standin.chip.bus import Registers, Window

ROM_TABLE_ADDRESS, SCS_ADDRESS = 0xE00FF000, 0xE000E000
_DWT_ADDRESS, _FPB_ADDRESS = 0xE0001000, 0xE0002000
COMPONENT_BYTES = 0x1000

_ROM_TABLE_CLASS, _GENERIC_CLASS = 0x1, 0xE
_ENTRY_PRESENT = 0x3  # 32-bit format, present
_ST, _ARM = (0, 0x20), (4, 0x3B)  # JEP106: continuations, code
_SCS_PART, _DWT_PART, _FPB_PART, _STM32L475_PART = 0x00C, 0x002, 0x003, 0x415
_DWT_CTRL, _FP_CTRL = 0x000, 0x000
_FOUR_COMPARATORS, _SIX_COMPARATORS = 4 << 28, 0x260


def identification(part: int, designer: tuple[int, int], component_class: int) -> dict[int, int]:
    """PIDR and CIDR by offset."""
    continuations, code = designer
    peripheral = part | code << 12 | 1 << 19 | continuations << 32  # bit 19: the code is JEDEC's
    pidr = {offset: peripheral >> 8 * index & 0xFF for index, offset in enumerate(range(0xFE0, 0xFF0, 4))}
    cidr = {0xFF0: 0x0D, 0xFF4: component_class << 4, 0xFF8: 0x05, 0xFFC: 0xB1}
    return pidr | {0xFD0: peripheral >> 32} | cidr


def scs_identification() -> dict[int, int]:
    """Those of the System Control Space."""
    return identification(_SCS_PART, _ARM, _GENERIC_CLASS)


def component_windows() -> list[Window]:
    """ROM table, DWT and FPB: a debugger finds them, and they do nothing."""
    parts = (SCS_ADDRESS, _DWT_ADDRESS, _FPB_ADDRESS)
    entries = {4 * index: (at - ROM_TABLE_ADDRESS) % 2**32 | _ENTRY_PRESENT for index, at in enumerate(parts)}
    return [
        _component(ROM_TABLE_ADDRESS, entries | identification(_STM32L475_PART, _ST, _ROM_TABLE_CLASS)),
        _component(_DWT_ADDRESS, {_DWT_CTRL: _FOUR_COMPARATORS} | identification(_DWT_PART, _ARM, _GENERIC_CLASS)),
        _component(_FPB_ADDRESS, {_FP_CTRL: _SIX_COMPARATORS} | identification(_FPB_PART, _ARM, _GENERIC_CLASS)),
    ]


def _component(address: int, values: dict[int, int]) -> Window:
    registers = Registers(values)
    return Window(address, COMPONENT_BYTES, registers.read, registers.write)
