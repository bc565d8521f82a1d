"""How often the rule for noisy figures of `harness compare` is wrong: on noise that this script draws, not measures.

Usage: python benchmarks/gate.py
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from conditions import print_conditions, print_figure

from harness.history.metrics import METRICS_BY_NAME
from harness.history.rules import FEWEST_REPEATS, Verdict, judge_noisy
from harness.history.settings import Settings

PAIRS = 1000
REPEATS = (FEWEST_REPEATS, 10)
SPREADS = (0.02, 0.05)
SLOWDOWN = 1.05
LATENCY = METRICS_BY_NAME["latency_us"]

Draw = Callable[[random.Random], float]  # a time of 1 on average


def normal(draw: random.Random, spread: float) -> float:
    """`spread` is the relative standard deviation, here and below."""
    return draw.gauss(1, spread)


def skewed(draw: random.Random, spread: float) -> float:
    """Never faster than it can be, at times much slower: what interrupts and caches do to a time."""
    return 1 - spread + draw.expovariate(1 / spread)


def alarms(noise: Draw, repeats: int, slowdown: float, pairs: int = PAIRS, reruns: int = 0) -> float:
    """The part of pairs of runs, the second one `slowdown` times as slow, that fail a gate, and fail it again when the
    second one is run anew.
    """
    draw, found = random.Random(20260131), 0
    for _ in range(pairs):
        base = [noise(draw) for _ in range(repeats)]
        heads = [[slowdown * noise(draw) for _ in range(repeats)] for _ in range(1 + reruns)]
        found += all(judge_noisy(LATENCY, base, head, Settings().floor).verdict is Verdict.WORSE for head in heads)
    return found / pairs


def main() -> None:
    print_conditions()
    print(f"simulated noise, {PAIRS} pairs of runs for each figure")
    for noise in (normal, skewed):
        for spread in SPREADS:
            for repeats in REPEATS:
                name = f"{noise.__name__} noise of {spread:.0%}, {repeats} repeats"
                false = alarms(partial(noise, spread=spread), repeats, 1.0)
                print_figure(f"false alarms: {name}", f"{false:.1%}", "<= 1 %", false <= 0.01)
    found = alarms(partial(normal, spread=0.02), 10, SLOWDOWN)
    print_figure("a slowdown of 5 % found: normal noise of 2 %, 10 repeats", f"{found:.1%}", ">= 95 %", found >= 0.95)
    stood = alarms(partial(normal, spread=0.02), 10, SLOWDOWN, reruns=1)
    print_figure("the same where a re-run has to confirm it", f"{stood:.1%}", ">= 95 %", stood >= 0.95)


if __name__ == "__main__":
    main()
