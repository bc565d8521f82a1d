"""Quartiles and Tukey's fences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.spread import FEWEST, quartiles


def test_quartiles_lie_between_the_values() -> None:
    assert quartiles([5.0, 1.0, 2.0, 4.0, 3.0]) == (2.0, 4.0)
    assert quartiles([1.0, 2.0, 3.0, 4.0]) == (1.75, 3.25)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 900.0]])
def test_few_values_have_no_spread_and_no_outlier(values: list[float]) -> None:
    assert quartiles(values) is None


def test_one_window_that_took_longer_is_an_outlier() -> None:
    spread = quartiles([10.0, 10.1, 10.2, 9.9, 10.0, 10.1, 9.8, 10.0, 10.1, 13.0])
    assert spread is not None
    assert spread.is_outlier(13.0) and spread.is_outlier(5.0)
    assert not spread.is_outlier(10.2)


@given(st.lists(st.floats(0, 1e9), min_size=FEWEST, max_size=20))
def test_half_of_the_values_lie_between_the_quartiles_and_none_of_those_is_an_outlier(values: list[float]) -> None:
    spread = quartiles(values)
    assert spread is not None
    between = [value for value in values if spread.lower <= value <= spread.upper]
    assert spread.range >= 0
    assert not any(map(spread.is_outlier, between))
    assert min(values) <= spread.lower <= spread.upper <= max(values)
