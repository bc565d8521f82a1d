"""Is an output right? And are a run's outputs right often enough?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.config import Suite, SuiteModel
from harness.measure.records import RunRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUNDING = 1e-9  # of a difference of two fractions: 0.98 - 0.97 is not 0.01


def predicted_class(output: NDArray[np.float64]) -> int:
    """The index of the largest element, the first one where several are equal."""
    return int(output.reshape(-1).argmax())


@dataclass(frozen=True)
class Verdict:
    """What is to say of a finished run, and whether it is a failure."""

    message: str = ""
    failed: bool = False


def judge(suite: Suite, model: SuiteModel, run: RunRecord, runs: Mapping[str, RunRecord]) -> Verdict:
    """Whether `run` meets its bars, where there is something to judge.

    Bars are set for all of a suite's vectors. `runs` are this board's runs of the suite by variant.
    """
    if run.accuracy is None:
        return Verdict("bars not judged: no labels")
    accuracy = run.accuracy.value
    if accuracy < model.min_accuracy - _ROUNDING:
        return _missed(f"accuracy {accuracy:.2%} is below min_accuracy {model.min_accuracy:.2%} of {suite.path.name}")
    if model.reference is None or model.max_drop is None:
        return Verdict()
    reference = runs.get(model.reference)
    if reference is None or reference.accuracy is None:
        return Verdict(f"max_drop not judged: {model.reference} did not run")
    drop = reference.accuracy.value - accuracy
    if drop > model.max_drop + _ROUNDING:
        return _missed(
            f"accuracy {accuracy:.2%} lies {drop:.2%} below {model.reference}'s {reference.accuracy.value:.2%}; "
            f"max_drop is {model.max_drop:.2%}"
        )
    return Verdict()


def _missed(message: str) -> Verdict:
    return Verdict(message, failed=True)
