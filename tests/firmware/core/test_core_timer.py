"""The core's timer of 64 bits, made of counters of 24 and 32 bits that wrap whenever they like."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from firmware.core.played import compile_played
from hypothesis import example, given
from hypothesis import strategies as st

ACCESSES = 12  # of registers, at most, between a restart and the first reading, or within a reading
RESTART = -1


@pytest.fixture(scope="session")
def fake_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The timer; fake_core.cpp says what the program reads and prints."""
    sources = ["cortex_m/core_timer.*", "cortex_m/systick.*"]
    return compile_played(tmp_path_factory.mktemp("core"), "fake_core.cpp", sources)


def run(core: Path, counter: str, steps: list[int], access_cycles: int = 2) -> tuple[str, list[tuple[int, int]]]:
    """The timer's name, and (ticks, cycles since the restart) after each step that is no restart."""
    text = "\n".join(map(str, steps))
    done = subprocess.run([core, str(access_cycles), counter], input=text, capture_output=True, text=True, check=True)
    name, *lines = done.stdout.splitlines()
    readings = [line.split() for line in lines]
    return name, [(int(ticks), int(cycles)) for ticks, cycles in readings]


@pytest.mark.parametrize(
    ("counter", "name"), [("dwt", "DWT"), ("no-dwt", "SysTick"), ("late", "SysTick"), ("late-at-last", "SysTick")]
)
def test_the_cycle_counter_is_used_where_it_counts(fake_core: Path, counter: str, name: str) -> None:
    assert run(fake_core, counter, []) == (name, [])


around_wraps = st.builds(
    lambda wraps, offset: max(0, wraps + offset),
    st.sampled_from([0, 1 << 24, 1 << 31, 1 << 32, 1 << 33, 3 << 36]),
    st.integers(-40, 40),
)


@pytest.mark.parametrize("counter", ["dwt", "no-dwt", "late", "late-at-last"])
@given(st.lists(around_wraps | st.integers(0, 1 << 37) | st.just(RESTART), max_size=6), st.integers(1, 9))
@example([(1 << 32) - 30, 1, 1, 1, RESTART, 1 << 34], 1)
def test_ticks_are_the_cycles_since_the_restart(
    fake_core: Path, counter: str, steps: list[int], access_cycles: int
) -> None:
    _, readings = run(fake_core, counter, [RESTART, *steps], access_cycles)
    for ticks, cycles in readings:
        assert abs(cycles - ticks) <= ACCESSES * access_cycles
