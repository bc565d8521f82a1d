"""The start of an STM32L4 on a chip that is strict where QEMU is not, and what it leaves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from firmware.core.played import compile_played

from harness.config import load_boards
from harness.paths import shipped_boards_file

BOARDS = load_boards([shipped_boards_file()])
SOURCES = [
    "board_stm32l4/stm32l4_registers.h",
    *(f"board_stm32l4/{name}.*" for name in ("clock", "gpio", "marker", "uart")),
]
# Modes: 1 output, 2 a peripheral's. ACR: prefetch, both caches, wait states. A debugger keeps its pins.
LEFT = {
    "stm32l475": """
        hclk 80000000
        acr 0x704
        port G cut off
        baud 115273
        transmit PB6 mode 2 function 7 level 0
        receive PB7 mode 2 function 7 level 0
        marker PA4 mode 1 function 0 level 0
        marker PA4 mode 1 function 0 level 1
        marker PA4 mode 1 function 0 level 0
        baud 919540
        debugger PA13 mode 2 function 0 level 0
        debugger PA14 mode 2 function 0 level 0
    """,
    "nucleo-l4r5zi": """
        hclk 120000000
        acr 0x705
        port G supplied
        baud 115199
        transmit PG7 mode 2 function 8 level 0
        receive PG8 mode 2 function 8 level 0
        marker PF13 mode 1 function 0 level 0
        marker PF13 mode 1 function 0 level 1
        marker PF13 mode 1 function 0 level 0
        baud 921609
        debugger PA13 mode 2 function 0 level 0
        debugger PA14 mode 2 function 0 level 0
    """,
}


@pytest.mark.parametrize("name", LEFT)
def test_clock_line_and_marker_run_as_the_manual_asks(name: str, tmp_path: Path) -> None:
    board = BOARDS[name]
    peripherals = {f"HARNESS_{key.upper()}": number for key, number in board.firmware.peripherals.items()}
    defines = {"HARNESS_CLOCK_HZ": board.clock_hz or 0, **peripherals}
    program = compile_played(tmp_path, "strict_stm32l4.cpp", SOURCES, defines)
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [line.strip() for line in LEFT[name].strip().splitlines()]
