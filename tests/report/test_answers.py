from __future__ import annotations

import pytest
from support.html_sessions import digits_session
from support.session_records import int8_run, metered_run, modelled_run, run_record

from harness.measure.records import Provenance, Quantity
from harness.report.agreement import Agreement, Flip, agreement
from harness.report.answers import answer


def test_a_sentence_says_what_int8_saves_and_loses() -> None:
    tables = digits_session()
    reference, run = tables.run_records
    vectors = tables.vector_records
    found = agreement(*([each for each in vectors if each.variant == name] for name in ("float32", "int8")))
    assert answer(reference, run, found) == (
        "int8 is 2.4x faster (modelled), takes 2.4x less energy (modelled), uses 29% of the arena and 31% of the"
        " model's bytes and gains 2.50 points of accuracy (not significant at n = 40: 1 flip, p = 1)"
    )


def test_a_loss_beyond_chance_is_called_significant() -> None:
    lost = Agreement(397, tuple(Flip(number, 1, 1, 2) for number in range(8)))
    run = int8_run(accuracy=Quantity(0.96, Provenance.EMULATED))
    assert answer(run_record(), run, lost).endswith(
        "loses 2.24 points of accuracy (significant at n = 397: 8 flips, p = 0.0078)"
    )


def test_without_a_clock_instructions_stand_for_time() -> None:
    assert answer(run_record(), int8_run(), None).startswith("int8 takes 2.4x fewer instructions (emulated), uses 29%")


def test_measured_time_and_energy_are_called_so() -> None:
    runs = metered_run(run_record(), 20_000, 900), metered_run(int8_run(), 25_000, 1_000)
    assert answer(*runs, None).startswith("int8 is 25.0% slower (measured), takes 11.1% more energy (measured)")


def test_equal_runs_are_called_equal() -> None:
    run = modelled_run(run_record())
    assert answer(run, modelled_run(run_record(variant="int8")), None) == (
        "int8 is as fast (modelled), uses 100% of the arena and 100% of the model's bytes and is exactly as accurate"
    )


def test_the_area_under_the_roc_curve_is_told_as_it_is() -> None:
    runs = [
        run_record(variant=variant, metric="auc", accuracy=None, auc=Quantity(auc, Provenance.EMULATED))
        for variant, auc in (("float32", 0.98), ("int8", 0.95))
    ]
    assert answer(*runs, None).endswith("has a ROC AUC of 0.9500 in place of 0.9800")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("no fit", "int8 does not fit: why"),
        ("error", "int8 broke off: why"),
        ("running", "int8 was stopped: why"),
        ("interrupted", "int8 was stopped: why"),
    ],
)
def test_a_run_without_an_end_says_why(outcome: str, said: str) -> None:
    assert answer(run_record(), int8_run(outcome=outcome, message="why"), None) == said


def test_a_reference_without_an_end_leaves_nothing_to_compare() -> None:
    reference = run_record(outcome="no fit", message="4,680 bytes of arena are lacking")
    assert answer(reference, int8_run(), None) == (
        "int8 passed, and nothing to compare it with: float32 does not fit: 4,680 bytes of arena are lacking"
    )


def test_a_failed_suite_is_told_last() -> None:
    assert answer(run_record(), int8_run(outcome="failed"), None).endswith("; it failed its suite")
