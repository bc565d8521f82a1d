"""How good a variant's answers are: what it is judged by, how sure that is, and its ROC curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from harness.html.bars import Estimate, color
from harness.html.svg import Drawing
from harness.measure.records import RunRecord, VectorRecord
from harness.report.statistics import auc_interval, wilson_interval

HEIGHT_PX = 220
STEPS = 50  # of a drawn curve

Curve = Sequence[float]  # the part of the anomalous vectors that is found, by that of false alarms from 0 to 1


def estimated(run: RunRecord, vectors: Sequence[VectorRecord]) -> Estimate | None:
    """What the run is judged by; None where its vectors have no labels."""
    return _area(run, vectors) if run.metric == "auc" else _accuracy(run, vectors)


def _accuracy(run: RunRecord, vectors: Sequence[VectorRecord]) -> Estimate | None:
    judged = [vector.correct for vector in vectors if vector.correct is not None]
    if not judged:
        return None
    right = sum(judged)
    interval = wilson_interval(right, len(judged))
    text = f"{right / len(judged):.2%} [{interval.low:.1%}, {interval.high:.1%}], {right} of {len(judged)}"
    return Estimate(run.variant, right / len(judged), interval, text)


def _area(run: RunRecord, vectors: Sequence[VectorRecord]) -> Estimate | None:
    normal, anomalous = _scores(vectors)
    if run.auc is None or not normal or not anomalous:
        return None
    interval = auc_interval(run.auc.value, len(anomalous), len(normal))
    return Estimate(
        run.variant, run.auc.value, interval, f"{run.auc.value:.4f} [{interval.low:.3f}, {interval.high:.3f}]"
    )


def _scores(vectors: Sequence[VectorRecord]) -> tuple[list[float], list[float]]:
    """Of the normal and of the anomalous vectors, ascending."""
    scored = [(vector.label, vector.score) for vector in vectors if vector.score is not None]
    normal, anomalous = (sorted(score for label, score in scored if label == wanted) for wanted in (0, 1))
    return normal, anomalous


def roc(vectors: Sequence[VectorRecord]) -> Curve:
    """Empty where a class has no vector with a score."""
    normal, anomalous = _scores(vectors)
    if not normal or not anomalous:
        return ()
    alarms = [len(normal) * step // STEPS for step in range(STEPS)]
    thresholds = [normal[len(normal) - 1 - count] for count in alarms]  # above it lie at most so many normal ones
    return (*(1 - _not_above(anomalous, threshold) for threshold in thresholds), 1.0)


def _not_above(ascending: Sequence[float], threshold: float) -> float:
    return sum(score <= threshold for score in ascending) / len(ascending)


def roc_curves(curves: Mapping[str, Curve]) -> Markup:
    """A line for each variant, coloured by its place; dashed, what guessing would do."""
    drawing = Drawing(HEIGHT_PX + 34, "ROC curves: anomalies found against false alarms")
    for part in (0.25, 0.5, 0.75):
        y = HEIGHT_PX * (1 - part)
        drawing.line((0, y), (100, y), "grid")
        drawing.text(100, y - 4, f"{part:.0%} found", anchor="end")
        drawing.text(100 * part, HEIGHT_PX + 14, f"{part:.0%}", anchor="middle")
    drawing.line((0, HEIGHT_PX), (100, HEIGHT_PX), "axis")
    drawing.line((0, HEIGHT_PX), (100, 0), "roof")
    for index, curve in enumerate(curves.values()):
        places = [(100 * step / STEPS, HEIGHT_PX * (1 - found)) for step, found in enumerate(curve)]
        for start, end in pairwise(places):
            drawing.line(start, end, f"curve s{color(index)}")
    drawing.text(50, HEIGHT_PX + 30, "false alarms", anchor="middle")
    return drawing.markup()
