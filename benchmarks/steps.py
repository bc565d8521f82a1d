"""How often `harness trend` takes noise for a step, and how often it finds one: on noise that this script draws.

Usage: python benchmarks/steps.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
from conditions import print_conditions, print_figure
from numpy.typing import NDArray

from harness.history.metrics import METRICS_BY_NAME
from harness.history.settings import Settings
from harness.history.steps import noisy_steps

SERIES = 1000
COMMITS = (30, 100, 300)
SPREADS = (0.02, 0.05)
SLOWDOWN = 1.05
AFTER = (8, 10, 12, 15, 30)  # commits that there are after a step
CORRELATION = 0.5  # of drifting noise from one commit to the next
NEAR = 3  # commits: what is found farther from its place is not counted as found
LATENCY = METRICS_BY_NAME["latency_us"]

Values = NDArray[np.float64]
Noise = Callable[[np.random.Generator, tuple[int, int], float], Values]


def normal(draw: np.random.Generator, shape: tuple[int, int], spread: float) -> Values:
    return draw.normal(1, spread, shape)


def skewed(draw: np.random.Generator, shape: tuple[int, int], spread: float) -> Values:
    """Never faster than it can be, at times much slower: what interrupts and caches do to a time."""
    return 1 - spread + draw.exponential(spread, shape)


def drifting(draw: np.random.Generator, shape: tuple[int, int], spread: float) -> Values:
    """Normal, but like that of the commit before, as where a board is warmer for days: an AR(1) process."""
    noise = draw.normal(0, spread, shape)
    for commit in range(1, shape[1]):
        noise[:, commit] *= math.sqrt(1 - CORRELATION**2)
        noise[:, commit] += CORRELATION * noise[:, commit - 1]
    return 1 + noise


def false_steps(draw: np.random.Generator, noise: Noise, spread: float, commits: int) -> float:
    """The part of series without a step that are given one."""
    return sum(bool(steps_of(each)) for each in noise(draw, (SERIES, commits), spread)) / SERIES


def steps_of(values: Values) -> list[int]:
    return [int(place) for place in noisy_steps(LATENCY, values, Settings().floor).places]


def main() -> None:
    print_conditions()
    print(f"simulated noise, {SERIES} series for each figure")
    draw = np.random.default_rng(20260131)
    for noise in (normal, skewed):
        for spread in SPREADS:
            for commits in COMMITS:
                part = false_steps(draw, noise, spread, commits)
                name = f"series of {commits} commits with a false step: {noise.__name__} noise of {spread:.0%}"
                print_figure(name, f"{part:.1%}", "<= 1 %", part <= 0.01)
    for after in AFTER:
        series = normal(draw, (SERIES, 100), 0.02)
        series[:, -after:] *= SLOWDOWN
        places = [steps_of(each) for each in series]
        found = sum(any(abs(place - (100 - after)) <= NEAR for place in each) for each in places)
        print(f"          a slowdown of 5 % in normal noise of 2 %: found after {after} commits {found / SERIES:.1%}")
    for spread, commits in product(SPREADS, COMMITS):
        part = false_steps(draw, drifting, spread, commits)
        print(f"          drifting noise of {spread:.0%}: {part:.1%} of series of {commits} commits with a false step")


if __name__ == "__main__":
    main()
