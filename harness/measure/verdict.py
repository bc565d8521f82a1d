"""Is a run good enough?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.config import Suite, SuiteModel
from harness.measure.metrics import METRICS
from harness.measure.records import RunRecord

_ROUNDING = 1e-9  # of a difference of two fractions: 0.98 - 0.97 is not 0.01


@dataclass(frozen=True)
class Verdict:
    """What is to say of a finished run, and whether it is a failure."""

    message: str = ""
    failed: bool = False


def judge(suite: Suite, model: SuiteModel, run: RunRecord, runs: Mapping[str, RunRecord]) -> Verdict:
    """Whether `run` meets its bars, where there is something to judge.

    Bars are set for all of a suite's vectors. `runs` are this board's runs of the suite by variant.
    """
    metric = METRICS[suite.metric]
    if run.figure is None:
        return Verdict(f"bars not judged: {metric.undefined}")
    reached = run.figure.value
    if reached < model.minimum - _ROUNDING:
        return _missed(
            f"{metric.title} {metric.text(reached)} is below min_{suite.metric} {metric.text(model.minimum)} "
            f"of {suite.path.name}"
        )
    if model.reference is None or model.max_drop is None:
        return Verdict()
    reference = runs.get(model.reference)
    if reference is None or reference.figure is None:
        return Verdict(f"max_drop not judged: {model.reference} did not run")
    drop = reference.figure.value - reached
    if drop > model.max_drop + _ROUNDING:
        return _missed(
            f"{metric.title} {metric.text(reached)} lies {metric.text(drop)} below {model.reference}'s "
            f"{metric.text(reference.figure.value)}; max_drop is {metric.text(model.max_drop)}"
        )
    return Verdict()


def _missed(message: str) -> Verdict:
    return Verdict(message, failed=True)
