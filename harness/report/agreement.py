"""How two variants answer the same vectors: how often alike, where not, and whether chance alone could do that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.measure.records import VectorRecord
from harness.report.statistics import mcnemar_p

SIGNIFICANCE = 0.05  # below this probability a difference is not put down to chance


@dataclass(frozen=True)
class Flip:
    """A vector that two variants put into different classes."""

    vector: int
    label: int | None
    reference: int
    predicted: int

    @property
    def effect(self) -> str:
        """What became of a right answer."""
        if self.label == self.reference:
            return "lost"
        return "gained" if self.label == self.predicted else "other"


@dataclass(frozen=True)
class Agreement:
    """Classes that a variant gives beside those of its reference, where both gave one.

    Attributes:
        vectors: so many, at least one.
        flips: where the two differ, by vector.
    """

    vectors: int
    flips: tuple[Flip, ...]

    @property
    def rate(self) -> float:
        """The part of the vectors with equal answers."""
        return 1 - len(self.flips) / self.vectors

    def count(self, effect: str) -> int:
        return sum(flip.effect == effect for flip in self.flips)

    @property
    def p(self) -> float:
        """Of McNemar's test."""
        return mcnemar_p(self.count("lost"), self.count("gained"))

    @property
    def is_significant(self) -> bool:
        return self.p < SIGNIFICANCE


def agreement(reference: Iterable[VectorRecord], variant: Iterable[VectorRecord]) -> Agreement | None:
    """None where the two gave no class to any vector that both answered."""
    classes = {record.vector: record.predicted for record in reference if record.predicted is not None}
    pairs = [
        Flip(record.vector, record.label, classes[record.vector], record.predicted)
        for record in variant
        if record.predicted is not None and record.vector in classes
    ]
    if not pairs:
        return None
    flips = sorted((pair for pair in pairs if pair.reference != pair.predicted), key=lambda pair: pair.vector)
    return Agreement(len(pairs), tuple(flips))


@dataclass(frozen=True)
class Confusion:
    """How often vectors of each class were put into each.

    Attributes:
        classes: all that occur, ascending.
        counts: by class of the label, then by class of the answer.
    """

    classes: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]


def confusion(records: Sequence[VectorRecord]) -> Confusion | None:
    """None where no vector has both a label and an answer that is a class."""
    pairs = Counter(
        (record.label, record.predicted)
        for record in records
        if record.label is not None and record.predicted is not None
    )
    classes = tuple(sorted({name for pair in pairs for name in pair}))
    counts = tuple(tuple(pairs[label, predicted] for predicted in classes) for label in classes)
    return Confusion(classes, counts) if classes else None
