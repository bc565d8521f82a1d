"""When a figure has changed: by hand, and what must hold of any figures."""

from __future__ import annotations

import math
from functools import partial

import pytest
from gate import alarms, normal
from hypothesis import given
from hypothesis import strategies as st

from harness.history.metrics import METRICS_BY_NAME
from harness.history.rules import FEWEST_COMMITS, Judgement, Verdict, judge_exact, judge_noisy, judge_usual

CYCLES, ACCURACY, LATENCY = (METRICS_BY_NAME[name] for name in ("cycles", "accuracy", "latency_us"))
OPPOSITE = {Verdict.WORSE: Verdict.BETTER, Verdict.BETTER: Verdict.WORSE}

metrics = st.sampled_from([CYCLES, ACCURACY])
figures = st.one_of(st.floats(0, 1e12), st.integers(0, 10**9).map(float))
tolerances = st.floats(0, 0.5)
samples = st.lists(st.floats(1, 1e6), min_size=7, max_size=15)


@pytest.mark.parametrize(
    ("base", "head", "tolerance", "verdict"),
    [
        (100, 100, 0.0, "unchanged"),
        (100, 101, 0.0, "worse"),
        (100, 99, 0.0, "better"),
        (100, 101, 0.01, "unchanged"),
        (100, 101.1, 0.01, "worse"),
        (0, 1, 0.5, "worse"),
        (1, 0, 0.5, "better"),
        (0, 0, 0.0, "unchanged"),
        (100, math.nan, 0.5, "worse"),
        (math.nan, 100, 0.5, "better"),
        (math.nan, math.nan, 0.5, "not compared"),
        (100, math.inf, 0.5, "worse"),
        (math.inf, math.inf, 0.0, "unchanged"),
    ],
)
def test_exact_figures(base: float, head: float, tolerance: float, verdict: str) -> None:
    assert judge_exact(CYCLES, base, head, tolerance).verdict == verdict


def test_an_accuracy_is_better_higher_and_tolerated_in_points() -> None:
    assert judge_exact(ACCURACY, 0.98, 0.97).verdict == "worse"
    assert judge_exact(ACCURACY, 0.98, 0.97, 0.01) == ("unchanged", "within the tolerance of 0.01")
    assert judge_exact(ACCURACY, 0.98, 0.969, 0.01).verdict == "worse"


@given(metrics, figures, figures, tolerances)
def test_exact_figures_are_judged_symmetrically(metric: object, base: float, head: float, tolerance: float) -> None:
    there, back = judge_exact(metric, base, head, tolerance), judge_exact(metric, head, base, tolerance)  # type: ignore[arg-type]
    assert back.verdict == OPPOSITE.get(there.verdict, there.verdict)


@given(figures, st.floats(0, 1e9), st.floats(0, 1e9), tolerances)
def test_a_greater_change_is_not_judged_milder(base: float, change: float, more: float, tolerance: float) -> None:
    if judge_exact(CYCLES, base, base + change, tolerance).verdict == Verdict.WORSE:
        assert judge_exact(CYCLES, base, base + change + more, tolerance).verdict == Verdict.WORSE
    if judge_exact(CYCLES, base, base + change + more, tolerance).verdict == Verdict.UNCHANGED:
        assert judge_exact(CYCLES, base, base + change, tolerance).verdict == Verdict.UNCHANGED


@given(samples, tolerances)
def test_equal_samples_give_no_alarm(values: list[float], floor: float) -> None:
    assert judge_noisy(LATENCY, values, values[::-1], floor).verdict == Verdict.UNCHANGED


@given(samples, samples, tolerances)
def test_noisy_figures_are_judged_symmetrically(base: list[float], head: list[float], floor: float) -> None:
    there, back = judge_noisy(LATENCY, base, head, floor), judge_noisy(LATENCY, head, base, floor)
    assert back.verdict == OPPOSITE.get(there.verdict, there.verdict)


@given(samples, samples, st.floats(1, 10), tolerances)
def test_a_slowdown_stays_one_when_all_is_slower(
    base: list[float], head: list[float], factor: float, floor: float
) -> None:
    if judge_noisy(LATENCY, base, head, floor).verdict == Verdict.WORSE:
        slower = [value * factor for value in head]
        assert judge_noisy(LATENCY, base, slower, floor).verdict == Verdict.WORSE


@pytest.mark.parametrize("repeats", [0, 1, 6])
def test_few_repeats_are_not_judged(repeats: int) -> None:
    judged = judge_noisy(LATENCY, [1.0] * repeats, [2.0] * 10, 0.02)
    noun = "repeat" if repeats == 1 else "repeats"
    assert judged == (Verdict.NOT_COMPARED, f"{repeats} {noun}, 7 are needed")


def test_a_change_must_exceed_the_floor_and_chance() -> None:
    steady = [100 + number / 100 for number in range(10)]
    wild = [100.0, 80, 130, 90, 105, 120, 95, 110, 85, 125]
    assert (
        judge_noisy(LATENCY, steady, [value * 1.01 for value in steady], 0.02).reason == "less than the floor of 2.00%"
    )
    assert judge_noisy(LATENCY, wild, [value * 1.05 for value in wild], 0.02).reason.startswith("may be chance")
    assert judge_noisy(LATENCY, steady, [value * 1.05 for value in steady], 0.02).verdict == Verdict.WORSE
    assert judge_noisy(LATENCY, steady, [math.nan, *steady], 0.02).verdict == Verdict.NOT_COMPARED


def test_noise_gives_few_alarms_and_hides_few_slowdowns() -> None:
    assert alarms(partial(normal, spread=0.05), 10, slowdown=1.0, pairs=300) <= 0.01
    assert alarms(partial(normal, spread=0.02), 10, slowdown=1.05, pairs=300) >= 0.95


def test_what_recent_commits_did_too_is_usual() -> None:
    judged = Judgement(Verdict.WORSE, "Mann-Whitney p = 1e-05")
    swinging = [100.0, 104.0] * (FEWEST_COMMITS // 2)
    assert judge_usual(LATENCY, 100, 103, judged, swinging) == (
        Verdict.UNCHANGED,
        "usual: recent commits changed it by up to 4.0%",
    )
    assert judge_usual(LATENCY, 100, 105, judged, swinging) == judged
    assert judge_usual(LATENCY, 100, 103, judged, swinging[1:]) == judged  # 29 commits
    assert (
        judge_usual(LATENCY, 100, 103, judged, [0.0, 1.0] * FEWEST_COMMITS) == judged
    )  # changes from zero tell nothing
