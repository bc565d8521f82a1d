"""When the firmware gives up a rate; the stand-in for the firmware follows the same rules."""

from __future__ import annotations

import subprocess
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.native_cpp import compile_program
from support.simulated_rate import MAX_BAD_FRAMES, SimulatedRate

from harness.paths import firmware_dir

FAST = "change=921600"
PROVEN = [FAST, "greeted", "executed", "executed"]


@pytest.fixture(scope="session")
def rate_steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules by themselves; rate_steps.cpp says what it reads and prints."""
    sources = [Path(__file__).with_name("rate_steps.cpp"), firmware_dir() / "src" / "line_rate.cpp"]
    return compile_program(tmp_path_factory.mktemp("rate") / "rate", sources, ["bytes", "board"])


def bauds(rate_steps: Path, steps: list[str]) -> list[int]:
    done = subprocess.run([rate_steps], input=" ".join(steps), capture_output=True, text=True, check=True)
    return list(map(int, done.stdout.split()))


@pytest.mark.parametrize(
    "trial",
    [
        pytest.param([], id="nothing heard"),
        pytest.param(["good_frame", "greeted", "executed"], id="one request: was its answer heard?"),
        pytest.param(["greeted", "executed"] * 5, id="greeted again and again: no answer was heard"),
        pytest.param(["bad_frame"] * (MAX_BAD_FRAMES - 1), id="garbage"),
    ],
)
def test_silence_ends_a_trial(rate_steps: Path, trial: list[str]) -> None:
    steps = [FAST, *trial, "silence"]
    assert bauds(rate_steps, steps) == [921600] * (len(steps) - 1) + [115200]


def test_silence_is_no_fault_of_a_rate_that_is_proven(rate_steps: Path) -> None:
    assert set(bauds(rate_steps, [*PROVEN, "bad_frame", "silence"])) == {921600}


def test_bad_frames_in_a_row_end_any_rate_but_the_first(rate_steps: Path) -> None:
    garbage = ["bad_frame"] * MAX_BAD_FRAMES
    assert bauds(rate_steps, [*PROVEN, *garbage])[-2:] == [921600, 115200]
    assert bauds(rate_steps, [*PROVEN, *garbage[1:], "good_frame", *garbage[1:]])[-1] == 921600
    assert set(bauds(rate_steps, garbage * 2)) == {115200}


all_steps = st.sampled_from([FAST, "change=230400", "change=115200", "good_frame", "greeted", "executed", "silence"])


garbage = st.integers(1, MAX_BAD_FRAMES + 1).map(lambda count: ["bad_frame"] * count)


@given(st.lists(all_steps.map(lambda step: [step]) | garbage, max_size=40).map(lambda runs: list(chain(*runs))))
def test_the_stand_in_follows_the_same_rules(rate_steps: Path, steps: list[str]) -> None:
    simulated, expected = SimulatedRate(), []
    for step in steps:
        name, _, baud = step.partition("=")
        getattr(simulated, name)(*map(int, [baud] if baud else []))
        expected.append(simulated.baud)
    assert bauds(rate_steps, steps) == expected
