from __future__ import annotations

import pytest

from harness.standin.chip.bus import Bus, Window
from harness.standin.chip.debug_port import (
    ABORT,
    BASE,
    BD0,
    CDBGPWRUPREQ,
    CSW,
    CSYSPWRUPREQ,
    CTRL_STAT,
    DPIDR,
    DRW,
    IDR,
    RDBUFF,
    SELECT,
    STICKYERR,
    STKERRCLR,
    TAR,
    AccessPort,
    DebugPort,
    FaultError,
    SilenceError,
)

SINGLE_INCREMENT = 0x10
BYTE, HALF_WORD, WORD, DOUBLE_WORD = range(4)


class Line:
    """A debug port with power, in front of 8 KB of memory at 0x1000."""

    def __init__(self) -> None:
        self.memory = bytearray(0x2000)
        window = Window(0x1000, len(self.memory), self._read, self._write)
        self.port = DebugPort(AccessPort(Bus([window])), silent=False)
        self.port.write(CTRL_STAT, CDBGPWRUPREQ | CSYSPWRUPREQ)

    def _read(self, offset: int, size: int) -> int:
        return int.from_bytes(self.memory[offset : offset + size], "little")

    def _write(self, offset: int, size: int, value: int) -> None:
        self.memory[offset : offset + size] = value.to_bytes(size, "little")

    def read(self, register: int) -> int:
        self.port.write(SELECT, register & 0xF0)
        return self.port.read_access_port(register)

    def write(self, register: int, value: int) -> None:
        self.port.write(SELECT, register & 0xF0)
        self.port.write_access_port(register, value)

    def point(self, address: int, control: int) -> None:
        self.write(CSW, control)
        self.write(TAR, address)


@pytest.fixture
def line() -> Line:
    return Line()


def test_it_identifies_itself(line: Line) -> None:
    assert line.port.read(DPIDR) == 0x2BA01477
    assert line.read(IDR) == 0x24770011
    assert line.read(BASE) == 0xE00FF003


def test_power_is_acknowledged_and_needed(line: Line) -> None:
    assert line.port.read(CTRL_STAT) == 0xF0000000
    line.port.write(CTRL_STAT, 0)
    assert line.port.read(CTRL_STAT) == 0
    with pytest.raises(FaultError):
        line.read(IDR)


@pytest.mark.parametrize("size", [BYTE, HALF_WORD, WORD])
def test_data_lie_in_the_lanes_of_their_address(line: Line, size: int) -> None:
    count = 1 << size
    for address in range(0x1000, 0x1004, count):
        line.point(address, size)
        lane = 8 * (address % 4)
        line.write(DRW, 0x44332211 >> lane << lane)
        assert line.memory[address - 0x1000 : address - 0x1000 + count] == b"\x11\x22\x33\x44"[address % 4 :][:count]
        assert line.read(DRW) >> lane == int.from_bytes(b"\x11\x22\x33\x44"[address % 4 :][:count], "little")


def test_the_address_counts_on_within_4_kb(line: Line) -> None:
    line.point(0x1FFC, WORD | SINGLE_INCREMENT)
    line.write(DRW, 1)
    assert line.read(TAR) == 0x1000
    line.point(0x1000, WORD)
    line.write(DRW, 1)
    assert line.read(TAR) == 0x1000


def test_four_words_are_reached_without_a_new_address(line: Line) -> None:
    line.point(0x1010, WORD)
    for index in range(4):
        line.write(BD0 + 4 * index, index + 1)
    assert [line.read(BD0 + 4 * index) for index in range(4)] == [1, 2, 3, 4]
    assert line.memory[0x10:0x20:4] == bytes((1, 2, 3, 4))


def test_the_last_word_is_read_again(line: Line) -> None:
    line.memory[0:4] = b"\x01\x02\x03\x04"
    line.point(0x1000, WORD)
    line.read(DRW)
    assert line.port.read(RDBUFF) == 0x04030201


@pytest.mark.parametrize(("address", "size"), [(0x8000, WORD), (0x1000, DOUBLE_WORD)])
def test_after_a_fault_all_fails_until_it_is_cleared(line: Line, address: int, size: int) -> None:
    line.point(address, size)
    with pytest.raises(FaultError):
        line.read(DRW)
    assert line.port.read(CTRL_STAT) & STICKYERR
    with pytest.raises(FaultError):
        line.write(TAR, 0x1000)
    line.port.write(ABORT, STKERRCLR)
    line.point(0x1000, WORD)
    assert line.read(DRW) == 0


def test_there_is_one_access_port(line: Line) -> None:
    line.port.write(SELECT, 1 << 24 | IDR & 0xF0)
    assert line.port.read_access_port(IDR) == 0


def test_a_chip_without_debugging_is_silent() -> None:
    port = DebugPort(AccessPort(Bus([])), silent=True)
    with pytest.raises(SilenceError):
        port.read(DPIDR)
    with pytest.raises(SilenceError):
        port.write_access_port(TAR, 0)
