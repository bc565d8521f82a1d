"""Metrics: accuracy, and the ROC AUC against a count of all pairs."""

from __future__ import annotations

import math
from itertools import product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.models import small_cnn

from harness.config import MetricName
from harness.errors import ModelError, VectorError
from harness.measure import array_vectors
from harness.measure.metrics import METRICS, Accuracy, Auc, Judgement, predicted_class, reconstruction_error, roc_auc
from harness.measure.records import RunRecord
from harness.model import read_model

SCORED = st.lists(st.tuples(st.integers(0, 8).map(float) | st.just(math.inf), st.sampled_from([0, 1])), max_size=40)


def counted_auc(scored: list[tuple[float, int]]) -> float | None:
    """By its definition: of all pairs of a normal and an anomalous score."""
    pairs = list(product([s for s, label in scored if not label], [s for s, label in scored if label]))
    if not pairs:
        return None
    return sum((low < high) + 0.5 * (low == high) for low, high in pairs) / len(pairs)


@given(SCORED)
def test_auc_equals_the_count_of_all_pairs(scored: list[tuple[float, int]]) -> None:
    auc = roc_auc([score for score, _ in scored], [label for _, label in scored])
    expected = counted_auc(scored)
    assert auc == (None if expected is None else pytest.approx(expected, abs=1e-12))


def test_a_score_that_is_no_number_counts_as_wrong() -> None:
    assert roc_auc([math.nan, 1.0, 2.0], [1, 0, 1]) == 0.5
    assert roc_auc([math.nan, 1.0, 2.0], [0, 0, 1]) == 0.5


def test_every_metric_of_suite_toml_has_a_class_and_a_column() -> None:
    assert set(METRICS) == set(get_args(MetricName)) <= set(RunRecord.__struct_fields__)


def test_the_first_of_equal_elements_is_predicted() -> None:
    assert predicted_class(np.array([[0.1, 0.4, 0.4]])) == 1


def test_accuracy_counts_the_labelled_answers() -> None:
    metric = Accuracy()
    image, output = np.zeros(4), np.array([[0.1, 0.8, 0.1]])
    assert metric.value is None
    assert metric.add(None, image, output) == Judgement()
    assert metric.value is None
    assert metric.add(1, image, output) == Judgement(predicted=1, correct=True)
    assert metric.add(0, image, output) == Judgement(predicted=1, correct=False)
    assert metric.value == 0.5


def test_auc_scores_each_answer_by_its_distance_from_what_was_given() -> None:
    metric = Auc()
    given_values = np.array([[1.0, 2.0]])
    assert metric.add(None, given_values, np.array([1.0, 4.0])) == Judgement(score=2.0)
    metric.add(0, given_values, given_values)
    assert metric.value is None
    metric.add(1, given_values, np.zeros(2))
    assert metric.value == 1.0


def test_reconstruction_error_is_a_mean_of_squares() -> None:
    assert reconstruction_error(np.array([[1.0, -1.0]]), np.array([2.0, 1.0])) == 2.5


@pytest.mark.parametrize(
    ("metric", "labels", "error", "said"),
    [
        (Accuracy(), [0, 99], VectorError, "but small_cnn has classes 0 to"),
        (Auc(), [0, 2], VectorError, "but an anomaly detector has classes 0 to 1"),
        (Auc(), [0, 1], ModelError, "differ in size"),
    ],
)
def test_what_a_metric_cannot_judge_is_refused(
    metric: Accuracy | Auc, labels: list[int], error: type[Exception], said: str
) -> None:
    model = read_model(small_cnn("int8"), "small_cnn")
    vectors = array_vectors(np.zeros((2, 4)), np.array(labels), "here")
    with pytest.raises(error, match=said):
        metric.check(vectors, model)
