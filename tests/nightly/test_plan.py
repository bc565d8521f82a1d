"""The planner: the budget is kept, what changed comes first, and every cell has its turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.nightly.plan import (
    OVERDUE_NIGHTS,
    UNKNOWN_S,
    Cell,
    Content,
    Past,
    Planned,
    estimate_s,
    next_that_fits,
    plan,
    within_budget,
)

NOW, BEFORE = {"suite": "2", "firmware": "1"}, {"suite": "1", "firmware": "1"}
TIMEOUT_S = 1000.0
GOOD = Past(nights_away=0, good=NOW, durations_s=(10.0,))

cells = st.builds(Cell, st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from(["builtin", "tflm"]))
times = st.floats(0.1, 1000.0)
pasts = st.builds(
    Past,
    nights_away=st.none() | st.integers(0, 3 * OVERDUE_NIGHTS),
    failed=st.booleans(),
    good=st.sampled_from([None, NOW, BEFORE]),
    durations_s=st.lists(times, max_size=7).map(tuple),
)
histories = st.dictionaries(cells, pasts, min_size=1)


def planned_of(past: Mapping[Cell, Past]) -> list[Planned]:
    return plan(contents_of(past), past, TIMEOUT_S)


def contents_of(past: Mapping[Cell, Past]) -> dict[Cell, Content]:
    return dict.fromkeys(past, NOW)


def order(**known: Past) -> list[str]:
    past = {Cell(name, "native", "builtin"): each for name, each in known.items()}
    return [planned.cell.suite for planned in planned_of(past)]


@given(histories, times)
def test_the_budget_is_never_exceeded_by_estimates(past: dict[Cell, Past], budget_s: float) -> None:
    every = planned_of(past)
    chosen = within_budget(every, budget_s)
    left_s = budget_s - sum(planned.estimate_s for planned in chosen)
    assert left_s >= -1e-6
    assert all(planned.estimate_s > left_s for planned in every if planned not in chosen)


@given(histories)
def test_every_cell_is_planned_once_and_with_a_reason(past: dict[Cell, Past]) -> None:
    every = planned_of(past)
    assert sorted(planned.cell for planned in every) == sorted(past)
    assert all(planned.why and planned.estimate_s > 0 for planned in every)


@given(histories)
def test_what_changed_comes_before_what_did_not_unless_that_is_overdue(past: dict[Cell, Past]) -> None:
    fresh = {cell: replace(known, nights_away=min(known.nights_away or 0, 6)) for cell, known in past.items()}
    unchanged = [fresh[planned.cell].good == NOW for planned in planned_of(fresh)]
    assert unchanged == sorted(unchanged)


@given(st.dictionaries(cells, times, min_size=1), st.sets(cells))
def test_everything_runs_sooner_or_later_though_some_change_every_night(
    durations: dict[Cell, float], restless: set[Cell]
) -> None:
    past = {cell: Past(durations_s=(time,)) for cell, time in durations.items()}
    budget_s = max(durations.values())  # the least that has room for each of them
    ran: set[Cell] = set()
    for _ in range(OVERDUE_NIGHTS + 2 * len(durations)):
        tonight = {planned.cell for planned in within_budget(planned_of(past), budget_s)}
        for cell, known in past.items():
            away = 0 if cell in tonight else None if known.nights_away is None else known.nights_away + 1
            good = NOW if cell in tonight and cell not in restless else known.good
            past[cell] = replace(known, nights_away=away, good=good)
        ran |= tonight
    assert ran == set(durations)
    assert all((known.nights_away or 0) <= OVERDUE_NIGHTS + len(durations) for known in past.values())


def test_the_order_and_its_reasons() -> None:
    past = {
        Cell(name, "native", "builtin"): known
        for name, known in {
            "rested": replace(GOOD, nights_away=3),
            "fresh": GOOD,
            "broken": replace(GOOD, failed=True),
            "changed": replace(GOOD, good=BEFORE),
            "new": Past(),
            "bad": Past(nights_away=1, failed=True, durations_s=(5.0,)),
            "overdue": replace(GOOD, nights_away=OVERDUE_NIGHTS),
        }.items()
    }
    assert {planned.cell.suite: planned.why for planned in planned_of(past)} == {
        "new": "never ran",
        "overdue": "not run for 7 nights",
        "bad": "was never good",
        "changed": "changed: suite",
        "broken": "failed last",
        "rested": "not run for 3 nights",
        "fresh": "ran last night",
    }
    assert order(rested=replace(GOOD, nights_away=3), overdue=replace(GOOD, nights_away=9)) == ["overdue", "rested"]
    assert [planned.cell.suite for planned in planned_of(past)] == [
        "new",
        "overdue",
        "bad",
        "changed",
        "broken",
        "rested",
        "fresh",
    ]


@pytest.mark.parametrize(
    ("durations", "expected_s"),
    [
        ({"own": (1.0, 2.0, 3.0), "sibling": (9.0,), "stranger": (99.0,)}, 2.0),
        ({"own": (99.0, 99.0, 1.0, 2.0, 3.0, 4.0, 5.0)}, 3.0),
        ({"own": (), "sibling": (9.0, 11.0), "stranger": (99.0,)}, 10.0),
        ({"own": (), "stranger": (99.0,)}, 99.0),
        ({"own": ()}, UNKNOWN_S),
    ],
)
def test_an_estimate_is_of_the_nearest_kin_that_ran(durations: dict[str, tuple[float, ...]], expected_s: float) -> None:
    known = {
        "own": Cell("digits", "native", "builtin"),
        "sibling": Cell("digits", "stm32l475", "builtin"),
        "stranger": Cell("words", "stm32l475", "builtin"),
    }
    past = {known[name]: Past(durations_s=times) for name, times in durations.items()}
    assert estimate_s(known["own"], past, TIMEOUT_S) == expected_s


def test_a_smaller_cell_fills_the_time_that_a_larger_one_would_not_end_in() -> None:
    large, small = (Planned(Cell(name, "native", "builtin"), "never ran", time) for name, time in (("a", 9), ("b", 3)))
    assert next_that_fits([large, small], 5) == small
    assert next_that_fits([large], 5) is None


def test_no_cell_is_expected_to_take_longer_than_it_may() -> None:
    cell = Cell("digits", "native", "builtin")
    assert [planned.estimate_s for planned in plan({cell: NOW}, {}, timeout_s=20.0)] == [20.0]
