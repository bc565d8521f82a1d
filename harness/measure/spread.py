"""The spread of repeated measurements: interquartile range and Tukey's fences."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

FENCE = 1.5  # interquartile ranges from the quartiles (Tukey 1977, Exploratory Data Analysis, 2D)
FEWEST = 4  # values that have quartiles worth the name


class Quartiles(NamedTuple):
    """The lower and the upper one, by linear interpolation between the values."""

    lower: float
    upper: float

    @property
    def range(self) -> float:
        return self.upper - self.lower

    def is_outlier(self, value: float) -> bool:
        """Whether a value lies outside of Tukey's fences."""
        reach = FENCE * self.range
        return not self.lower - reach <= value <= self.upper + reach


def quartiles(values: Sequence[float]) -> Quartiles | None:
    """Those of `values` in any order; None where there are too few to tell."""
    if len(values) < FEWEST:
        return None
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Quartiles(lower, upper)


def outside_fences(values: Sequence[float | None]) -> list[bool]:
    """Which of `values` are outliers; those that are not known are none."""
    spread = quartiles([value for value in values if value is not None])
    return [spread is not None and value is not None and spread.is_outlier(value) for value in values]
