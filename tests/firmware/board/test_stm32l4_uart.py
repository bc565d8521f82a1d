"""Which rates the STM32L4's UARTs make. RM0351, baud rate generation: LPUART1's BRR is in 1/256 of the clock."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.native_cpp import run_compiler

# clock in Hz, address, what BRR divides, least and most that it takes
UARTS = {
    "USART1": (80_000_000, 0x40013800, 80_000_000, 16, 0xFFFF),
    "LPUART1": (120_000_000, 0x40008000, 120_000_000 * 256, 0x300, 0xFFFFF),
}


@pytest.fixture(scope="session", params=UARTS)
def uart(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def dividers(uart: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """uart_dividers.cpp for one UART and clock; no register is touched."""
    clock_hz, address, *_ = UARTS[uart]
    program = tmp_path_factory.mktemp(uart) / "dividers"
    source = Path(__file__).with_name("uart_dividers.cpp")
    options = [f"-DHARNESS_CLOCK_HZ={clock_hz}", f"-DHARNESS_UART={address:#x}", "-Wno-int-to-pointer-cast"]
    run_compiler(program.parent, [*options, source, "-o", program], ["board_stm32l4", "cortex_m"])
    return program


def ask(dividers: Path, bauds: list[int]) -> list[int]:
    text = " ".join(map(str, bauds))
    done = subprocess.run([dividers], input=text, capture_output=True, text=True, check=True)
    return list(map(int, done.stdout.split()))


def test_the_rates_that_the_host_tries_are_made(dividers: Path) -> None:
    assert all(ask(dividers, [115200, 230400, 460800, 921600]))


@given(st.lists(st.integers(0, 20_000_000) | st.integers(0, 0xFFFFFFFF), max_size=20))
def test_a_rate_is_made_to_a_percent_and_a_half_or_refused(uart: str, dividers: Path, bauds: list[int]) -> None:
    *_, divided_hz, least, most = UARTS[uart]
    for baud, divider in zip(bauds, ask(dividers, bauds), strict=True):
        nearest = (divided_hz + baud // 2) // baud if baud else 0
        close = abs(nearest * baud - divided_hz) * 1000 <= divided_hz * 15
        assert divider == (nearest if close and least <= nearest <= most else 0)
