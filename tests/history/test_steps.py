"""Where a series takes steps: none in noise, a planted one at its place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.history.metrics import METRICS_BY_NAME
from harness.history.settings import Settings
from harness.history.steps import LONGEST, SHORTEST, Steps, exact_steps, noisy_steps

LATENCY = METRICS_BY_NAME["latency_us"]
FLOOR = Settings().floor
NAN = math.nan

numbers = st.floats(allow_infinity=False, allow_nan=False, min_value=1.0, max_value=1e9)
seeds = st.integers(0, 2**32 - 1)


def noise(seed: int, commits: int, spread: float = 0.02) -> np.ndarray:
    """Times of about 100 µs."""
    return np.random.default_rng(seed).normal(100, 100 * spread, commits)


def noisy(values: np.ndarray) -> Steps:
    return noisy_steps(LATENCY, values, FLOOR)


@given(numbers, st.integers(0, 60))
def test_a_constant_series_has_no_step(value: float, commits: int) -> None:
    values = np.full(commits, value)
    assert len(exact_steps(values)) == len(noisy(values)) == 0


@given(st.lists(st.one_of(st.integers(0, 3).map(float), st.just(NAN)), max_size=30))
def test_an_exact_series_has_a_step_at_each_change_and_only_there(values: list[float]) -> None:
    steps = exact_steps(np.array(values, np.float64))
    told = {
        place: (before, after) for place, before, after in zip(steps.places, steps.before, steps.after, strict=True)
    }
    for place in range(1, len(values)):
        pair = values[place - 1], values[place]
        if place in told:
            assert repr(told.pop(place)) == repr(tuple(map(np.float64, pair)))
        else:
            assert pair[0] == pair[1] or all(map(math.isnan, pair))
    assert not told


@given(seeds, st.integers(SHORTEST, 40), st.integers(SHORTEST, 40), st.sampled_from([0.7, 1.5]))
def test_a_planted_step_is_found_at_its_place(seed: int, before: int, after: int, factor: float) -> None:
    if before + after < 3 * SHORTEST:
        after = 3 * SHORTEST
    values = noise(seed, before + after)
    values[before:] *= factor
    steps = noisy(values)
    assert before in steps.places.tolist()
    if len(steps) == 1:  # chance made no other
        assert steps.before[0] == np.median(values[:before][-LONGEST:])
        assert steps.after[0] == np.median(values[before:][:LONGEST])


def test_a_step_against_a_drift_is_told_by_what_lies_beside_it() -> None:
    """Of all values the median is higher after this step than before it."""
    drift = np.concatenate([np.linspace(100, 103, 150), np.linspace(99, 105, 150)])
    values = drift * np.random.default_rng(1).normal(1, 0.004, 300)
    assert np.median(values[:150]) < np.median(values[150:])
    steps = noisy(values)
    (place,) = steps.places
    assert abs(place - 150) <= 2
    assert steps.before[0] > steps.after[0]


def test_a_regression_that_was_mended_soon_is_two_steps() -> None:
    """Unless chance makes the noise look as if it drifted."""
    found = 0
    for seed in range(100):
        values = noise(seed, 100)
        values[50:62] *= 1.3
        found += {50, 62} <= set(noisy(values).places.tolist())
    assert found >= 98


@given(seeds, st.floats(0.1, 10))
def test_the_unit_does_not_matter(seed: int, unit: float) -> None:
    values = noise(seed, 60)
    values[30:] *= 1.2
    assert noisy(values * unit).places.tolist() == noisy(values).places.tolist()


def test_what_is_smaller_than_the_floor_is_no_step() -> None:
    values = noise(1, 100, spread=0.001)
    values[50:] *= 1.01
    assert len(noisy(values)) == 0
    assert noisy_steps(LATENCY, values, 0.005).places.tolist() == [50]


def test_what_is_no_number_is_passed_over() -> None:
    values = noise(2, 60)
    values[30:] *= 1.2
    with_gaps = np.insert(values, [10, 10, 30], NAN)
    assert noisy(with_gaps).places.tolist() == [33]
    assert len(noisy(np.full(30, NAN))) == 0


@pytest.mark.parametrize("commits", [0, 1, 2 * SHORTEST - 1])
def test_a_short_noisy_series_has_no_step(commits: int) -> None:
    values = np.arange(commits, dtype=np.float64) + 1
    assert len(noisy(values)) == 0


@pytest.mark.parametrize("spread", [0.02, 0.05])
def test_noise_takes_hardly_a_step(spread: float) -> None:
    """`benchmarks/steps.py` counts more of them."""
    assert sum(len(noisy(noise(seed, 100, spread))) > 0 for seed in range(200)) <= 5


def test_noise_that_drifts_hardly_takes_one_either() -> None:
    """What is warm today is warm tomorrow: by half, here."""
    stepped = 0
    for seed in range(100):
        values = noise(seed, 120)
        for commit in range(1, len(values)):
            values[commit] = 100 + 0.5 * (values[commit - 1] - 100) + math.sqrt(0.75) * (values[commit] - 100)
        stepped += len(noisy(values[20:])) > 0
    assert stepped <= 5
