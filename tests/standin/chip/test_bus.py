from __future__ import annotations

import pytest

from harness.standin.chip.bus import Bus, BusError, Registers, Window


def test_an_access_goes_to_its_window() -> None:
    first, second = Registers({}), Registers({4: 7})
    bus = Bus([Window(0x1000, 0x10, first.read, first.write), Window(0x2000, 0x10, second.read, second.write)])
    bus.write(0x1004, 4, 5)
    assert bus.read(0x1004, 4) == 5 and bus.read(0x2004, 4) == 7


@pytest.mark.parametrize("address", [0xFFF, 0x1010])
def test_nothing_answers_beside_the_windows(address: int) -> None:
    registers = Registers({})
    bus = Bus([Window(0x1000, 0x10, registers.read, registers.write)])
    with pytest.raises(BusError, match=f"{address:#010x}"):
        bus.read(address, 4)
    with pytest.raises(BusError):
        bus.write(address, 4, 0)


def test_plain_registers_keep_what_is_written() -> None:
    registers = Registers({4: 7})
    registers.write(8, 4, 9)
    assert [registers.read(offset, 4) for offset in (0, 4, 8)] == [0, 7, 9]
