"""What chance alone would do: an interval around a fraction, and tests of whether two samples differ.

They stand here because scipy takes a second to load, which is more than a whole comparison of two sessions may take.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from statistics import NormalDist
from typing import NamedTuple

MOST_EXACT = 60  # values of both samples together; of more the normal approximation is good to three digits


class Interval(NamedTuple):
    """Both ends belong to it."""

    low: float
    high: float


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Where the probability lies that gave so many successes (Wilson 1927, JASA 22:209-212).

    Raises:
        ValueError: there is no trial, or fewer than successes.
    """
    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    fraction, square = successes / trials, z * z / trials
    center = (fraction + square / 2) / (1 + square)
    reach = z / (1 + square) * math.sqrt(fraction * (1 - fraction) / trials + square / (4 * trials))
    return Interval(max(0.0, center - reach), min(1.0, center + reach))


def auc_interval(auc: float, positives: int, negatives: int, confidence: float = 0.95) -> Interval:
    """Where the area under a ROC curve lies that so many vectors of either class gave, by its standard error (Hanley
    and McNeil 1982, Radiology 143:29-36).

    Raises:
        ValueError: a class has no vector.
    """
    if positives < 1 or negatives < 1:
        raise ValueError(f"{positives} positives and {negatives} negatives")
    of_positives, of_negatives = auc / (2 - auc) - auc**2, 2 * auc**2 / (1 + auc) - auc**2
    variance = auc * (1 - auc) + (positives - 1) * of_positives + (negatives - 1) * of_negatives
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(variance / (positives * negatives))
    return Interval(max(0.0, auc - reach), min(1.0, auc + reach))


def mcnemar_p(lost: int, gained: int) -> float:
    """How probable it is that of the vectors that only one of two classifiers gets right, as unequal a part or a more
    unequal one falls to either, where both are as good: McNemar's test, exact (1947, Psychometrika 12:153-157).

    Args:
        lost: vectors that only the first one gets right.
        gained: vectors that only the second one gets right.
    """
    flipped = lost + gained
    tail = sum(math.comb(flipped, count) for count in range(min(lost, gained) + 1))
    return min(1.0, 2 * tail / (1 << flipped))


def mann_whitney_p(first: Sequence[float], second: Sequence[float]) -> float:
    """How probable two samples that differ as much are, where both come of one distribution (Mann and Whitney 1947,
    Annals of Mathematical Statistics 18:50-60). Two-sided; by all permutations, ties and all, of at most `MOST_EXACT`
    values, else by the normal distribution.

    Raises:
        ValueError: a sample is empty, or a value is not a number.
    """
    if not first or not second or any(map(math.isnan, (*first, *second))):
        raise ValueError("two samples of numbers are needed")
    ranks = _doubled_ranks((*first, *second))
    expected = len(first) * (len(ranks) + 1)
    distance = abs(sum(ranks[: len(first)]) - expected)
    if len(ranks) <= MOST_EXACT:
        return _exact_p(ranks, len(first), expected, distance)
    return _normal_p(ranks, len(first), distance)


def _doubled_ranks(values: Sequence[float]) -> list[int]:
    """The rank of each value, from 1 on, twice: the mean rank of equal values can be a half."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, below = [0] * len(values), 0
    for _, equal in groupby(order, key=values.__getitem__):
        positions = list(equal)
        for position in positions:
            ranks[position] = 2 * below + len(positions) + 1
        below += len(positions)
    return ranks


def _exact_p(ranks: Sequence[int], size: int, expected: int, distance: int) -> float:
    """The part of all choices of `size` ranks whose sum lies as far from the expected one, or farther."""
    import numpy as np

    choices = np.zeros((size + 1, sum(ranks) + 1))  # of so many ranks with that sum
    choices[0, 0] = 1
    for rank in ranks:
        choices[1:, rank:] += choices[:-1, :-rank].copy()
    far = abs(np.arange(choices.shape[1]) - expected) >= distance
    return float(choices[size, far].sum() / choices[size].sum())


def _normal_p(ranks: Sequence[int], size: int, distance: int) -> float:
    """With the correction for ties, and half a step of U for continuity."""
    total = len(ranks)
    ties = sum(count**3 - count for count in map(ranks.count, set(ranks)))
    variance = size * (total - size) / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance == 0:
        return 1.0
    z = max(0.0, distance / 2 - 0.5) / math.sqrt(variance)
    return min(1.0, 2 * NormalDist().cdf(-z))
