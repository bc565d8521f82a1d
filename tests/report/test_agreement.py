from __future__ import annotations

from msgspec.structs import replace
from support.session_records import int8_run, run_record, vector_record

from harness.measure.records import RunRecord, VectorRecord
from harness.report.agreement import Flip, agreement, confusion


def answers(run: RunRecord, *classes: int | None) -> list[VectorRecord]:
    """Vectors 0, 1, … of labels 0, 1, …, and the classes that were answered."""
    return [replace(vector_record(run, number), predicted=predicted) for number, predicted in enumerate(classes)]


def test_flips_say_who_was_right() -> None:
    found = agreement(answers(run_record(), 0, 1, 7, 3), answers(int8_run(), 0, 5, 2, 3))
    assert found is not None
    assert (found.vectors, found.rate) == (4, 0.5)
    assert found.flips == (Flip(1, 1, 1, 5), Flip(2, 2, 7, 2))
    assert (found.count("lost"), found.count("gained"), found.count("other")) == (1, 1, 0)
    assert (found.p, found.is_significant) == (1.0, False)


def test_only_vectors_with_two_answers_are_compared() -> None:
    found = agreement(answers(run_record(), 0, None, 2), answers(int8_run(), 0, 1, None, 3))
    assert found is not None
    assert found.vectors == 1


def test_without_answers_that_are_classes_there_is_no_agreement() -> None:
    assert agreement(answers(run_record(), None), answers(int8_run(), None)) is None
    assert confusion(answers(run_record(), None)) is None


def test_many_answers_lost_are_no_chance() -> None:
    wrong = [(number + 1) % 10 for number in range(10)]
    found = agreement(answers(run_record(), *range(10)), answers(int8_run(), *wrong))
    assert found is not None
    assert found.is_significant


def test_confusion_counts_labels_down_and_answers_across() -> None:
    found = confusion(answers(run_record(), 0, 2, 2))
    assert found is not None
    assert found.classes == (0, 1, 2)
    assert found.counts == ((1, 0, 0), (0, 0, 1), (0, 0, 1))
