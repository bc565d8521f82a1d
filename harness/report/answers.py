"""What a variant costs and saves beside its reference, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from harness.measure.records import Quantity, RunRecord
from harness.report.agreement import Agreement
from harness.report.cost import CYCLES, INSTRUCTIONS, MICROJOULES, MICROSECONDS
from harness.report.wording import EQUAL, counted, ratio


def answer(reference: RunRecord, run: RunRecord, agreement: Agreement | None) -> str:
    """`int8 is 2.4x faster (modelled), uses 34 % of the arena and gains 0.25 points (not significant at n = 397)`."""
    if run.outcome not in ("passed", "failed"):
        return f"{run.variant} {_ended(run)}"
    if reference.outcome not in ("passed", "failed"):
        return f"{run.variant} {run.outcome}, and nothing to compare it with: {reference.variant} {_ended(reference)}"
    parts = [*_costs(reference, run), *_sizes(reference, run), *_quality(reference, run, agreement)]
    *most, last = parts or ["has nothing to compare"]
    text = f"{', '.join(most)} and {last}" if most else last
    return f"{run.variant} {text}; it failed its suite" if run.outcome == "failed" else f"{run.variant} {text}"


def _ended(run: RunRecord) -> str:
    words = {"running": "was stopped", "interrupted": "was stopped", "no fit": "does not fit", "error": "broke off"}
    reason = " ".join(run.message.split())
    return f"{words.get(run.outcome, run.outcome)}{': ' if reason else ''}{reason}"


def _costs(reference: RunRecord, run: RunRecord) -> Iterator[str]:
    """Time, or else what stands for it; and energy."""
    for kind, noun in ((MICROSECONDS, ""), (CYCLES, " cycles"), (INSTRUCTIONS, " instructions")):
        cost, other = kind.of(run), kind.of(reference)
        if cost and other:
            change = kind.compare(cost.value, other.value)
            fast = f"takes {change}{noun}" if noun else f"is {change}"
            yield f"{'is as fast' if change == EQUAL else fast} ({cost.provenance})"
            break
    energy, other = MICROJOULES.of(run), MICROJOULES.of(reference)
    if energy and other and energy.value != other.value:
        yield f"takes {ratio(energy.value, other.value, 'less', 'more')} energy ({energy.provenance})"


def _sizes(reference: RunRecord, run: RunRecord) -> Iterator[str]:
    sizes = [
        f"{part} of the {name}"
        for name, part in (
            ("arena", _part(reference.arena_bytes, run.arena_bytes)),
            ("model's bytes", _part(reference.model_bytes, run.model_bytes)),
        )
        if part
    ]
    if sizes:
        yield f"uses {' and '.join(sizes)}"


def _part(reference: Quantity | None, size: Quantity | None) -> str:
    return f"{size.value / reference.value:.0%}" if size and reference and reference.value else ""


def _quality(reference: RunRecord, run: RunRecord, agreement: Agreement | None) -> Iterator[str]:
    if run.metric == "accuracy" and reference.accuracy and run.accuracy:
        points = (run.accuracy.value - reference.accuracy.value) * 100
        word = "loses" if points < 0 else "gains"
        change = f"{word} {abs(points):.2f} points of accuracy" if points else "is exactly as accurate"
        yield f"{change}{_certainty(agreement)}"
    elif run.metric == "auc" and reference.auc and run.auc:
        yield f"has a ROC AUC of {run.auc.value:.4f} in place of {reference.auc.value:.4f}"


def _certainty(agreement: Agreement | None) -> str:
    if agreement is None or not agreement.flips:
        return ""
    word = "significant" if agreement.is_significant else "not significant"
    return f" ({word} at n = {agreement.vectors:,}: {counted(len(agreement.flips), 'flip')}, p = {agreement.p:.2g})"
