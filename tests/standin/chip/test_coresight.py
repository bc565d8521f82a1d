from __future__ import annotations

from harness.standin.chip.bus import Bus
from harness.standin.chip.coresight import ROM_TABLE_ADDRESS, component_windows, scs_identification

PRESENT = 0x3


def test_the_system_control_space_is_a_cortex_m4s() -> None:
    registers = scs_identification()
    assert [registers[offset] for offset in range(0xFE0, 0xFF0, 4)] == [0x0C, 0xB0, 0x0B, 0x00]
    assert registers[0xFD0] == 0x04
    assert [registers[offset] for offset in range(0xFF0, 0x1000, 4)] == [0x0D, 0xE0, 0x05, 0xB1]


def test_the_rom_table_is_st_s_and_leads_to_the_components() -> None:
    bus = Bus(component_windows())
    entries = [bus.read(ROM_TABLE_ADDRESS + offset, 4) for offset in range(0, 16, 4)]
    assert entries == [0xFFF0F003, 0xFFF02003, 0xFFF03003, 0]
    assert [bus.read(ROM_TABLE_ADDRESS + offset, 4) for offset in (0xFE0, 0xFE4, 0xFE8)] == [0x15, 0x04, 0x0A]
    components = [(ROM_TABLE_ADDRESS + entry - PRESENT) % 2**32 for entry in entries[1:3]]
    assert [bus.read(component + 0xFE0, 4) for component in components] == [0x02, 0x03]
