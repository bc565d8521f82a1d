"""How often `harness trend` takes noise for a step, and how often it finds one: on noise that this script draws.

Usage: python benchmarks/steps.py
"""

from __future__ import annotations

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
NEAR = 3  # commits: what is found farther from its place is not counted as found
LATENCY = METRICS_BY_NAME["latency_us"]

Values = NDArray[np.float64]


def normal(draw: np.random.Generator, shape: tuple[int, int], spread: float) -> Values:
    return draw.normal(1, spread, shape)


def skewed(draw: np.random.Generator, shape: tuple[int, int], spread: float) -> Values:
    """Never faster than it can be, at times much slower: what interrupts and caches do to a time."""
    return 1 - spread + draw.exponential(spread, shape)


def steps_of(values: Values) -> list[int]:
    return [int(place) for place in noisy_steps(LATENCY, values, Settings().floor).places]


def main() -> None:
    print_conditions()
    print(f"simulated noise, {SERIES} series for each figure")
    draw = np.random.default_rng(20260131)
    for noise in (normal, skewed):
        for spread in SPREADS:
            for commits in COMMITS:
                found = sum(bool(steps_of(each)) for each in noise(draw, (SERIES, commits), spread))
                name = f"series of {commits} commits with a false step: {noise.__name__} noise of {spread:.0%}"
                print_figure(name, f"{found / SERIES:.1%}", "<= 1 %", found <= 0.01 * SERIES)
    for after in AFTER:
        series = normal(draw, (SERIES, 100), 0.02)
        series[:, -after:] *= SLOWDOWN
        places = [steps_of(each) for each in series]
        found = sum(any(abs(place - (100 - after)) <= NEAR for place in each) for each in places)
        print(f"          a slowdown of 5 % in normal noise of 2 %: found after {after} commits {found / SERIES:.1%}")


if __name__ == "__main__":
    main()
