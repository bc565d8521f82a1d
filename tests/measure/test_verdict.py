"""Bars: what is judged, and what is said when one is missed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from support.session_records import run_record

from harness.config import Suite, SuiteModel
from harness.measure.records import Provenance, Quantity, RunRecord
from harness.measure.verdict import Verdict, judge

FLOAT = SuiteModel(variant="float32", path=Path("f"), minimum=0.9, reference=None, max_drop=None)
INT8 = SuiteModel(variant="int8", path=Path("i"), minimum=0.9, reference="float32", max_drop=0.01)
SUITE = Suite("s", "", Path("suite.toml"), Path("v"), "accuracy", {"float32": FLOAT, "int8": INT8})


def run(variant: str, accuracy: float | None) -> RunRecord:
    return run_record(variant=variant, accuracy=None if accuracy is None else Quantity(accuracy, Provenance.EMULATED))


def test_accuracy_at_the_bar_passes_and_below_it_fails() -> None:
    assert judge(SUITE, FLOAT, run("float32", 0.9), {}) == Verdict()
    missed = judge(SUITE, FLOAT, run("float32", 0.89), {})
    assert missed.failed
    assert "89.00% is below min_accuracy 90.00%" in missed.message


@pytest.mark.parametrize(("accuracy", "failed"), [(0.975, False), (0.97, False), (0.969, True)])
def test_a_drop_is_judged_against_the_reference_of_the_same_session(accuracy: float, failed: bool) -> None:
    verdict = judge(SUITE, INT8, run("int8", accuracy), {"float32": run("float32", 0.98)})
    assert verdict.failed is failed
    assert ("below float32's 98.00%" in verdict.message) is failed


def test_what_cannot_be_judged_is_said() -> None:
    assert judge(SUITE, INT8, run("int8", 0.96), {}) == Verdict("max_drop not judged: float32 did not run")
    assert judge(SUITE, FLOAT, run("float32", None), {}) == Verdict("bars not judged: no labels")


def test_another_metric_is_named_and_judged_by_its_own_bar() -> None:
    suite = Suite("s", "", Path("suite.toml"), Path("v"), "auc", {"float32": FLOAT})
    detector = msgspec.structs.replace(run("float32", None), metric="auc")
    assert judge(suite, FLOAT, detector, {}) == Verdict("bars not judged: needs vectors labelled 0 and 1")
    missed = msgspec.structs.replace(detector, auc=Quantity(0.8912, Provenance.EMULATED))
    assert judge(suite, FLOAT, missed, {}) == Verdict(
        "ROC AUC 0.8912 is below min_auc 0.9000 of suite.toml", failed=True
    )
