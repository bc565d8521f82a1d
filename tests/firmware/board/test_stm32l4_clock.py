"""Which clocks the STM32L4's PLL is set to; others do not compile."""

from __future__ import annotations

import subprocess

import pytest

from harness.paths import firmware_dir

LIB = firmware_dir() / "lib"


def compile_clock(clock_hz: int) -> subprocess.CompletedProcess[str]:
    command = ["arm-none-eabi-g++", "-mcpu=cortex-m4", "-mthumb", "-std=c++17", "-fsyntax-only", "-Wall", "-Werror"]
    includes = [f"-I{LIB / 'board_stm32l4'}", f"-I{LIB / 'cortex_m'}"]
    source = str(LIB / "board_stm32l4" / "clock.cpp")
    return subprocess.run(
        [*command, *includes, f"-DHARNESS_CLOCK_HZ={clock_hz}", source], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("clock_hz", [64_000_000, 80_000_000, 88_000_000, 120_000_000])
def test_multiples_of_8_mhz_are_set(clock_hz: int) -> None:
    done = compile_clock(clock_hz)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("clock_hz", [16_000_000, 100_000_000, 128_000_000])
def test_others_are_refused(clock_hz: int) -> None:
    assert "clock_hz in boards.toml: a multiple of 8 MHz from 64 to 120 MHz" in compile_clock(clock_hz).stderr
