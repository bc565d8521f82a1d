"""When a figure has changed: exactly, or beyond what noise does.

All rules are symmetric: what is worse from one run to another is better the other way round. So a relative change is
one of the smaller value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from harness.history.metrics import Metric
from harness.measure.spread import quartiles
from harness.report.statistics import mann_whitney_p
from harness.report.wording import counted

FEWEST_REPEATS = 7  # of a noisy figure on either side
CHANCE = 0.01  # how probable a difference may be by chance at most; half of those are for the worse, benchmarks/gate.py
FEWEST_COMMITS = 30  # before what is usual from one to the next is known
FENCE = 3.0  # interquartile ranges above the upper quartile: Tukey's outer fence (1977, Exploratory Data Analysis, 2D)


class Verdict(StrEnum):
    """What became of a figure."""

    WORSE = "worse"
    EXCUSED = "excused"
    LOST = "lost"
    BETTER = "better"
    NEW = "new"
    NOT_COMPARED = "not compared"
    UNCHANGED = "unchanged"


class Judgement(NamedTuple):
    """A verdict and, where it needs one, its reason."""

    verdict: Verdict
    reason: str = ""


def judge_exact(metric: Metric, base: float, head: float, tolerance: float = 0.0) -> Judgement:
    """A figure that the same code gives again and again.

    Args:
        tolerance: changes up to this one do not count: of one or of the smaller value, by the metric's scale.
    """
    if math.isnan(base) or math.isnan(head):
        return _not_a_number(base, head)
    if base == head:
        return Judgement(Verdict.UNCHANGED)
    change = _change(metric, base, head)
    if change < tolerance or math.isclose(change, tolerance):
        return Judgement(Verdict.UNCHANGED, f"within the tolerance of {_tolerance_text(metric, tolerance)}")
    return _beyond(metric, base, head)


def judge_noisy(metric: Metric, base: Sequence[float], head: Sequence[float], floor: float) -> Judgement:
    """A figure that differs each time, by its values in the windows of two runs.

    Args:
        floor: changes of the median up to this part of it do not count, whatever the test says.
    """
    repeats = min(len(base), len(head))
    if repeats < FEWEST_REPEATS:
        return Judgement(Verdict.NOT_COMPARED, f"{counted(repeats, 'repeat')}, {FEWEST_REPEATS} are needed")
    if any(map(math.isnan, (*base, *head))):
        return Judgement(Verdict.NOT_COMPARED, "not a number in a window")
    base_median, head_median = median(base), median(head)
    if _change(metric, base_median, head_median) <= floor:
        return Judgement(Verdict.UNCHANGED, f"less than the floor of {floor:.2%}")
    chance = mann_whitney_p(base, head)
    if chance > CHANCE:
        return Judgement(Verdict.UNCHANGED, f"may be chance: Mann-Whitney p = {chance:.2g}")
    return Judgement(_beyond(metric, base_median, head_median).verdict, f"Mann-Whitney p = {chance:.1g}")


def judge_usual(metric: Metric, base: float, head: float, judged: Judgement, recent: Sequence[float]) -> Judgement:
    """What becomes of a noisy figure's change that was `judged` real, beside the changes of recent commits.

    Args:
        recent: the figure in the newest commits, the oldest first.
    """
    if len(recent) < FEWEST_COMMITS:
        return judged
    changes = [_change(metric, old, new) for old, new in pairwise(recent)]
    spread = quartiles([change for change in changes if math.isfinite(change)])
    if spread is None:
        return judged
    fence = spread.upper + FENCE * spread.range
    if _change(metric, base, head) >= fence:
        return judged
    return Judgement(Verdict.UNCHANGED, f"usual: recent commits changed it by up to {fence:.1%}")


def _change(metric: Metric, base: float, head: float) -> float:
    """How far apart two values are; infinitely where a relative change is one from zero."""
    if metric.scale == "absolute" or base == head:
        return abs(head - base)
    smaller = min(abs(base), abs(head))
    return abs(head - base) / smaller if smaller else math.inf


def _beyond(metric: Metric, base: float, head: float) -> Judgement:
    return Judgement(Verdict.BETTER if metric.improves(base, head) else Verdict.WORSE)


def _not_a_number(base: float, head: float) -> Judgement:
    """A figure that became none is worse than any."""
    if math.isnan(base) and math.isnan(head):
        return Judgement(Verdict.NOT_COMPARED, "not a number in both")
    return Judgement(Verdict.WORSE if math.isnan(head) else Verdict.BETTER, "not a number in one")


def _tolerance_text(metric: Metric, tolerance: float) -> str:
    return f"{tolerance:g}" if metric.scale == "absolute" else f"{tolerance:.2%}"
