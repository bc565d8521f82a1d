"""Where a series of figures takes steps: each change of an exact one, and of a noisy one those that noise does not do.

A noisy series is split where two windows beside each other, of 7 to 30 commits each, differ most by the statistic of
Mann and Whitney; then its parts, and so on (binary segmentation). The more commits are looked at, the less probable a
difference has to be (Bonferroni). Where neighbours are alike even without the steps, windows have to differ by more.
What remains must be a change by the rule that compares two commits, too. That finds a regression that was mended soon,
and needs no model of the noise: the libraries for it want the number of steps, or a penalty that depends on the noise.
`benchmarks/steps.py` counts its false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from harness.history.metrics import Metric
from harness.history.rules import CHANCE, FEWEST_REPEATS, Verdict, judge_noisy

SHORTEST = FEWEST_REPEATS  # commits between two steps of a noisy series
LONGEST = 30  # commits of a window
_WINDOW_SIZES = 3.0  # the choice among windows makes chance as likely as three independent ones: benchmarks/steps.py
_ALIKE = 2.5  # standard deviations of the correlation of independent values; with 2 one in 100 large steps is missed
_MOST_CORRELATION = 0.95  # more cannot be told from steps

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Steps:
    """Those of a series, the oldest first; each is at the place of the first value after it.

    Attributes:
        before: the value before each; of a noisy series the median of the window that the step was judged by.
        after: the value after each, likewise.
    """

    places: Places
    before: Numbers
    after: Numbers

    def __len__(self) -> int:
        return len(self.places)


def exact_steps(values: Numbers) -> Steps:
    """Every change, also from a number to none (NaN) and back."""
    old, new = values[:-1], values[1:]
    places = np.flatnonzero((old != new) & ~(np.isnan(old) & np.isnan(new))) + 1
    return Steps(places, values[places - 1], values[places])


def noisy_steps(metric: Metric, values: Numbers, floor: float) -> Steps:
    """The changes that are larger than `floor`, a part of the value, and that noise does not do. What is no number is
    passed over.
    """
    numbers = np.flatnonzero(~np.isnan(values))
    known = values[numbers]
    found = _placed(known, _splits(known, 1.0))
    if (widening := _widening(known, found)) > 1:
        found = _placed(known, _splits(known, widening))
    steps = list(_confirmed(metric, known, found, floor))
    splits, before, after = zip(*steps, strict=True) if steps else ((), (), ())
    return Steps(numbers[np.array(splits, np.intp)], np.array(before), np.array(after))


def _splits(values: Numbers, widening: float, begin: int = 0) -> list[int]:
    """Where the values differ before and after, ascending."""
    place = _best_split(values, widening)
    if place is None:
        return []
    earlier, later = values[:place], values[place:]
    return [*_splits(earlier, widening, begin), begin + place, *_splits(later, widening, begin + place)]


def _best_split(values: Numbers, widening: float) -> int | None:
    """The place that differs most; None where chance does as much."""
    places = np.arange(SHORTEST, len(values) - SHORTEST + 1)
    if not len(places):
        return None
    distances = _distances(values, places) / widening
    best = int(distances.argmax())
    chance = 2 * NormalDist().cdf(-float(distances[best]))
    return int(places[best]) if chance * len(places) * _WINDOW_SIZES <= CHANCE else None


def _distances(values: Numbers, places: Places) -> Numbers:
    """How far the values before each place are from those after it, in standard deviations of Mann and Whitney's U, by
    the two windows that are farthest apart. Without ties, which make chance less likely.
    """
    edge = np.full(LONGEST, np.nan)
    windows = sliding_window_view(np.concatenate([edge, values, edge]), LONGEST)
    before, after = windows[places][:, ::-1, None], windows[places + LONGEST][:, None, :]
    signs = (after > before).astype(np.int8) - (after < before).astype(np.int8)
    larger = signs.cumsum(1, dtype=np.int16).cumsum(2, dtype=np.int16)[:, SHORTEST - 1 :, SHORTEST - 1 :]
    sizes = np.arange(SHORTEST, LONGEST + 1)
    deviation = np.sqrt(np.multiply.outer(sizes, sizes) * (np.add.outer(sizes, sizes) + 1) / 3)  # of 2 U
    distances = (np.abs(larger) - 1) / deviation
    distances[sizes[:, None] > places[:, None, None] + 0 * sizes] = 0
    distances[sizes > (len(values) - places)[:, None, None] + 0 * sizes[:, None]] = 0
    return np.asarray(distances.max(axis=(1, 2)))


def _widening(values: Numbers, splits: list[int]) -> float:
    """How many times as far apart as independent ones windows are by chance, where values are like those before them,
    as on a board that is warmer for days; 1 where that likeness may be chance.

    The variance of a mean grows by (1 + r) / (1 - r) with the correlation r of neighbours (Bayley, Hammersley, 1946).
    It is that of what the splits leave unexplained, without its bias in short series (Kendall, 1954).
    """
    if not splits:
        return 1.0
    count = len(values)
    rest = np.concatenate([part - np.median(part) for part in np.split(values, splits)])
    correlation = float(rest[1:] @ rest[:-1] / max(rest @ rest, np.finfo(float).tiny))
    if correlation <= _ALIKE / math.sqrt(count):
        return 1.0
    unbiased = min(correlation + (1 + 3 * correlation) / count, _MOST_CORRELATION)
    return math.sqrt((1 + unbiased) / (1 - unbiased))


def _placed(values: Numbers, splits: list[int]) -> list[int]:
    """The same splits, each where its two sides scatter least: ranks tell that there is a step rather than where."""
    placed = [0, *splits, len(values)]
    for number in range(1, len(placed) - 1):
        begin = max(placed[number - 1], placed[number] - LONGEST)
        end = min(placed[number + 1], placed[number] + LONGEST)
        around = values[begin:end]
        places = range(SHORTEST, len(around) - SHORTEST + 1)
        placed[number] = begin + min(places, key=lambda place: _scatter(around[:place]) + _scatter(around[place:]))
    return placed[1:-1]


def _scatter(values: Numbers) -> float:
    """How far values lie from their median, all together."""
    return float(np.abs(values - np.median(values)).sum())


def _confirmed(metric: Metric, values: Numbers, splits: list[int], floor: float) -> Iterator[tuple[int, float, float]]:
    """The splits whose two sides compare as changed, with the medians that they were compared by: where a series
    drifts, those of all its values may lie the other way round.
    """
    begin = 0
    for split, end in pairwise([*splits, len(values)]):
        before, after = values[begin:split][-LONGEST:], values[split:end][:LONGEST]
        judged = judge_noisy(metric, before.tolist(), after.tolist(), floor)
        if judged.verdict in (Verdict.WORSE, Verdict.BETTER):
            begin = split
            yield split, float(np.median(before)), float(np.median(after))
