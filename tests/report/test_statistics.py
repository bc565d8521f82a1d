"""Intervals and tests against scipy's, and what must hold of them for any samples."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.report.statistics import MOST_EXACT, auc_interval, mann_whitney_p, mcnemar_p, wilson_interval

# Few different values, so that many are equal.
SAMPLES = st.lists(st.integers(0, 12).map(float), min_size=1, max_size=12)
counts = st.integers(0, 300)


@given(counts, st.integers(1, 300), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_as_scipys(successes: int, more: int, confidence: float) -> None:
    trials = successes + more
    low, high = wilson_interval(successes, trials, confidence)
    wanted = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    assert (low, high) == (pytest.approx(wanted.low, abs=1e-9), pytest.approx(wanted.high))
    assert 0 <= low <= successes / trials <= high <= 1


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (2, 1), (-1, 3)])
def test_wilson_needs_a_trial(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="trials"):
        wilson_interval(successes, trials)


@given(counts, counts)
def test_mcnemar_is_the_binomial_test_of_the_flipped(lost: int, gained: int) -> None:
    wanted = stats.binomtest(lost, lost + gained).pvalue if lost + gained else 1.0
    assert mcnemar_p(lost, gained) == pytest.approx(wanted) == mcnemar_p(gained, lost)


@given(st.lists(st.floats(0, 1), min_size=14, max_size=30, unique=True), st.integers(1, 13))
def test_mann_whitney_is_as_scipys(values: list[float], cut: int) -> None:
    wanted = stats.mannwhitneyu(values[:cut], values[cut:], method="exact").pvalue
    assert mann_whitney_p(values[:cut], values[cut:]) == pytest.approx(wanted)


@given(st.lists(st.integers(0, 50).map(float), min_size=MOST_EXACT + 1, max_size=150), st.integers(10, 50))
def test_mann_whitney_of_many_is_as_scipys(values: list[float], cut: int) -> None:
    if len(set(values)) == 1:
        assert mann_whitney_p(values[:cut], values[cut:]) == 1
    else:
        wanted = stats.mannwhitneyu(values[:cut], values[cut:], method="asymptotic").pvalue
        assert mann_whitney_p(values[:cut], values[cut:]) == pytest.approx(wanted)


def test_ties_are_counted_in_all_permutations() -> None:
    # Of the 6 ways to take two of 1, 1, 1, 2 three have the sum 2 and three the sum 3: all are as far from the mean.
    assert mann_whitney_p([1, 1], [1, 2]) == 1
    # Of the 20 ways to take three of 1, 1, 1, 2, 2, 2 one has the sum 3 and one the sum 6.
    assert mann_whitney_p([1, 1, 1], [2, 2, 2]) == pytest.approx(0.1)


@given(SAMPLES, SAMPLES)
def test_mann_whitney_does_not_care_for_order_and_scale(first: list[float], second: list[float]) -> None:
    p = mann_whitney_p(first, second)
    assert 0 < p <= 1
    assert mann_whitney_p(second, first) == pytest.approx(p)
    assert mann_whitney_p([3 * value + 1 for value in first], [3 * value + 1 for value in second]) == pytest.approx(p)
    assert mann_whitney_p(first, first) == pytest.approx(1)


@pytest.mark.parametrize(("first", "second"), [([], [1.0]), ([1.0], []), ([math.nan], [1.0])])
def test_mann_whitney_needs_numbers(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match="numbers"):
        mann_whitney_p(first, second)


def test_an_area_is_the_surer_the_more_vectors_it_is_of() -> None:
    few, many = auc_interval(0.9, 50, 50), auc_interval(0.9, 500, 500)
    assert few.low < many.low < 0.9 < many.high < few.high
    assert few == pytest.approx((0.8370, 0.9630), abs=1e-4)  # its standard error is 0.03212
    assert auc_interval(1.0, 10, 10) == (1.0, 1.0)
    with pytest.raises(ValueError, match="0 negatives"):
        auc_interval(0.5, 1, 0)
