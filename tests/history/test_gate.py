"""What fails a build, and what is excused."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from support.session_records import int8_run, modelled_run, run_record
from support.sides import changes_of, quantity, side, timed_side

from harness.history.changes import Changes
from harness.history.gate import FailOn, excuse, failures
from harness.history.rules import Verdict
from harness.history.settings import KnownException

TODAY = date(2026, 6, 1)
WORSE = "digits float32 on stm32l475 (emulated) with builtin: instructions 7,300,000, before 7,201,334"


def slower() -> Changes:
    return changes_of(side(run_record()), side(run_record(instructions=quantity(7_300_000))))


def known(**changes: object) -> KnownException:
    fields = {"metric": "instructions", "reason": "a safer loop", "expires": TODAY}
    return KnownException(**fields | changes)  # type: ignore[arg-type]


def test_a_regression_shuts_the_gate_where_that_is_asked() -> None:
    assert failures(slower(), ["regression"]) == [WORSE]
    assert failures(slower(), []) == failures(slower(), ["missing"]) == []


def test_a_gate_that_is_shut_says_why_a_noisy_figure_is_worse() -> None:
    windows_us = [10_000.0 + window for window in range(10)]
    changes = changes_of(timed_side(windows_us), timed_side([2 * latency_us for latency_us in windows_us]))
    (reason,) = failures(changes, ["regression"])
    assert reason.endswith(": latency_us 20.00 ms, before 10.00 ms: Mann-Whitney p = 1e-05")


def test_a_known_exception_excuses_until_its_last_day() -> None:
    excused = excuse(slower(), [known()], TODAY)
    ((_, change),) = excused.of(Verdict.EXCUSED)
    assert (change.reason, excused.notes, failures(excused, ["regression"])) == (
        "a safer loop, until 2026-06-01",
        (),
        [],
    )
    expired = excuse(slower(), [known(board="stm32l475")], date(2026, 6, 2))
    assert expired.notes == (
        "exception expired on 2026-06-01, excuses no more: instructions on stm32l475: a safer loop",
    )
    assert failures(expired, ["regression"]) == [WORSE]


def test_an_expired_exception_that_would_excuse_nothing_is_not_told() -> None:
    assert excuse(slower(), [known(metric="cycles")], date(2027, 1, 1)).notes == ()


@pytest.mark.parametrize("field", ["suite", "variant", "board", "engine"])
def test_an_exception_for_another_run_excuses_nothing(field: str) -> None:
    assert failures(excuse(slower(), [known(**{field: "other"})], TODAY), ["regression"]) == [WORSE]


@pytest.mark.parametrize(("fail_on", "count"), [([], 0), (["missing"], 4), (["regression", "missing"], 4)])
def test_runs_and_figures_can_be_missing(fail_on: list[FailOn], count: int) -> None:
    base = side(modelled_run(run_record()), int8_run())
    head = side(replace(run_record(), outcome="passed"))
    found = failures(changes_of(base, head), fail_on)
    assert len(found) == count
    if found:
        assert found[0] == "digits int8 on stm32l475 (emulated) with builtin: no such run"
