"""Is an output right? And are a run's outputs right often enough?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.config import Suite, SuiteModel
from harness.measure.records import RunRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def predicted_class(output: NDArray[np.float64]) -> int:
    """The index of the largest element, the first one where several are equal."""
    return int(output.reshape(-1).argmax())


def judge(suite: Suite, model: SuiteModel, run: RunRecord, runs: Mapping[str, RunRecord]) -> str:
    """Why `run` misses its bars; empty where it meets them.

    `runs` are this board's runs of the suite by variant. Bars are set for all of a suite's vectors: they are not
    judged on fewer.
    """
    if run.accuracy is None or run.vectors < run.vectors_total:
        return ""
    accuracy = run.accuracy.value
    if accuracy < model.min_accuracy:
        return f"accuracy {accuracy:.2%} is below min_accuracy {model.min_accuracy:.2%} of {suite.path.name}"
    reference = runs.get(model.reference) if model.reference else None
    if reference is None or reference.accuracy is None or model.max_drop is None:
        return ""
    drop = reference.accuracy.value - accuracy
    if drop > model.max_drop:
        return (
            f"accuracy {accuracy:.2%} lies {drop:.2%} below {model.reference}'s {reference.accuracy.value:.2%}; "
            f"max_drop is {model.max_drop:.2%}"
        )
    return ""
