"""Metrics: what a run's answers are judged by. The name of a metric is also that of its column in the table `runs`."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.config import MetricName
from harness.errors import ModelError
from harness.measure.vectors import Vectors, check_labels
from harness.model import Model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """What a metric says of one answer; None where it has no such word."""

    predicted: int | None = None
    correct: bool | None = None
    score: float | None = None


class Metric(ABC):
    """Takes the answers of one run one by one, and gives the figure that they make."""

    title: str  # as tables and messages say it
    undefined: str  # why there is no value, where there is none

    @abstractmethod
    def check(self, vectors: Vectors, model: Model) -> None:
        """Whether this metric can judge `model` on `vectors`.

        Raises:
            VectorError: the labels are others than the metric's.
            ModelError: the model's output is not what the metric reads.
        """

    @abstractmethod
    def add(self, label: int | None, given: Values, answered: Values) -> Judgement:
        """Judge one answer: the first output tensor `answered` for the first input tensor `given`, as real values."""

    @property
    @abstractmethod
    def value(self) -> float | None:
        """The figure so far, a fraction 0 … 1; None where the labels do not define it."""

    @staticmethod
    @abstractmethod
    def text(value: float) -> str:
        """`value` as people write it."""


class Accuracy(Metric):
    """The fraction of vectors whose largest output is that of the labelled class."""

    title = "accuracy"
    undefined = "no labels"

    def __init__(self) -> None:
        self._labelled = 0
        self._correct = 0

    def check(self, vectors: Vectors, model: Model) -> None:
        (output, *_) = model.output_tensors
        check_labels(vectors, math.prod(output.shape), model.name)

    def add(self, label: int | None, given: Values, answered: Values) -> Judgement:
        if label is None:
            return Judgement()
        predicted = predicted_class(answered)
        self._labelled += 1
        self._correct += predicted == label
        return Judgement(predicted, predicted == label)

    @property
    def value(self) -> float | None:
        return self._correct / self._labelled if self._labelled else None

    @staticmethod
    def text(value: float) -> str:
        return f"{value:.2%}"


class Auc(Metric):
    """The area under the ROC curve of an autoencoder's reconstruction error; label 0 is normal, 1 anomalous."""

    title = "ROC AUC"
    undefined = "needs vectors labelled 0 and 1"

    def __init__(self) -> None:
        self._scores: list[float] = []
        self._labels: list[int] = []

    def check(self, vectors: Vectors, model: Model) -> None:
        check_labels(vectors, 2, "an anomaly detector")
        given, answered = model.input_tensors[0], model.output_tensors[0]
        if math.prod(given.shape) != math.prod(answered.shape):
            raise ModelError(
                f"{model.name}: input {given} and output {answered} differ in size; the metric auc compares them",
                "give an autoencoder, or use the metric accuracy",
            )

    def add(self, label: int | None, given: Values, answered: Values) -> Judgement:
        score = reconstruction_error(given, answered)
        if label is not None:
            self._scores.append(score)
            self._labels.append(label)
        return Judgement(score=score)

    @property
    def value(self) -> float | None:
        return roc_auc(self._scores, self._labels)

    @staticmethod
    def text(value: float) -> str:
        return f"{value:.4f}"


METRICS: Mapping[MetricName, type[Metric]] = {"accuracy": Accuracy, "auc": Auc}


def predicted_class(output: NDArray[Any]) -> int:
    """The index of the largest element, the first one where several are equal."""
    return int(output.reshape(-1).argmax())


def reconstruction_error(given: Values, answered: Values) -> float:
    """The mean of the squared differences, element by element."""
    difference = given.reshape(-1) - answered.reshape(-1)
    return float((difference * difference).mean())


def roc_auc(scores: list[float], labels: list[int]) -> float | None:
    """The probability that an anomalous vector scores higher than a normal one; equal scores count half.

    That is the Mann-Whitney statistic over the number of pairs (Hanley and McNeil 1982, Radiology 143:29-36). A score
    that is not a number counts as infinitely wrong. None where a class has no vector.
    """
    import numpy as np

    score, anomalous = np.asarray(scores, np.float64), np.asarray(labels, np.bool_)
    normal = np.sort(np.where(np.isnan(score), np.inf, score)[~anomalous])
    found = np.where(np.isnan(score), -np.inf, score)[anomalous]
    if not len(normal) or not len(found):
        return None
    below = np.searchsorted(normal, found, "left")
    not_above = np.searchsorted(normal, found, "right")
    return float((below + not_above).mean() / (2 * len(normal)))
