"""What changed between two sides: figure by figure, of runs that are of the same suite, variant, board, target and
engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.errors import ReportError
from harness.history.metrics import METRICS, OUTCOME, Metric
from harness.history.rules import Judgement, Verdict, judge_exact, judge_noisy, judge_usual
from harness.history.settings import Settings
from harness.history.sides import Run, RunId, Side
from harness.measure.records import Quantity
from harness.report.attempts import flakiness
from harness.report.table import distinct

CONDITIONS = {
    "engine_version": "engine version",
    "toolchain": "toolchain",
    "target_description": "target",
    "model_sha256": "model",
    "vectors_source": "source of vectors",
    "vectors_total": "number of vectors",
    "vectors": "number of answered vectors",
    "cycles_model": "cost model",
    "energy_model": "energy model",
    "meter": "meter",
    "supply_v": "supply voltage",
}
_DIGITS = 8  # of a hash that are shown
_PLACES = {"board", "target", "engine"}  # where a network ran

Recent = Callable[[Run, Metric], Sequence[float]]  # a run's figure in the newest commits, the oldest first


@dataclass(frozen=True)
class Change:
    """A figure on both sides, where it is known, and what became of it."""

    metric: Metric
    base: Quantity | None
    head: Quantity | None
    verdict: Verdict
    reason: str = ""

    @property
    def is_noisy(self) -> bool:
        """Whether the same code gives another value the next time."""
        return self.head is not None and self.metric.is_noisy(self.head.provenance)

    @property
    def base_text(self) -> str:
        return self.metric.text(self.base.value) if self.base else "-"

    @property
    def head_text(self) -> str:
        return self.metric.text(self.head.value) if self.head else "-"

    @property
    def provenance_text(self) -> str:
        """How the figures were obtained; both ways, where they differ. An outcome is no figure of any."""
        if self.metric is OUTCOME:
            return ""
        return distinct(quantity.provenance for quantity in (self.base, self.head) if quantity)

    @property
    def change_text(self) -> str:
        """`2.4x more`; empty where the figures are not of the same thing."""
        if not self.base or not self.head or self.verdict is Verdict.NOT_COMPARED:
            return ""
        return self.metric.change(self.head.value, self.base.value)


@dataclass(frozen=True)
class RunChanges:
    """Two runs, and the changes of all figures that one of them knows."""

    base: Run
    head: Run
    changes: tuple[Change, ...]

    @property
    def id(self) -> RunId:
        return self.head.id

    @property
    def conditions(self) -> list[str]:
        """What else differs between the two runs: `another toolchain: gcc 13, before gcc 12`."""
        return list(filter(None, (_other(field, self.base, self.head) for field in CONDITIONS)))

    def of(self, *verdicts: Verdict) -> list[Change]:
        """The changes with one of these verdicts."""
        return [change for change in self.changes if change.verdict in verdicts]


@dataclass(frozen=True)
class Changes:
    """A comparison.

    Attributes:
        runs: those that both sides have.
        base_alone: runs that the other side has not.
        notes: what else is to say of the whole.
    """

    base: Side
    head: Side
    runs: tuple[RunChanges, ...]
    base_alone: tuple[RunId, ...]
    head_alone: tuple[RunId, ...]
    notes: tuple[str, ...] = ()

    def of(self, *verdicts: Verdict) -> list[tuple[RunChanges, Change]]:
        """All changes with one of these verdicts, each with its run."""
        return [(run, change) for run in self.runs for change in run.of(*verdicts)]


def find_changes(base: Side, head: Side, settings: Settings, recent: Recent) -> Changes:
    """Compare two sides.

    Raises:
        ReportError: there is no run that both have.
    """
    common = [id_ for id_ in head.runs if id_ in base.runs]
    if not common:
        raise ReportError(
            f"{base.described} and {head.described} have no run in common: {_known(base)}; {_known(head)}",
            "run the same suites on the same board, kind of target and engine",
        )
    base_alone = tuple(id_ for id_ in base.runs if id_ not in head.runs)
    head_alone = tuple(id_ for id_ in head.runs if id_ not in base.runs)
    return Changes(
        base,
        head,
        runs=tuple(_run_changes(base.runs[id_], head.runs[id_], settings, recent) for id_ in common),
        base_alone=base_alone,
        head_alone=head_alone,
        notes=(*_doubts(base), *_doubts(head), *_flakiness(base, head), *_changed_keys(base_alone, head_alone)),
    )


def _doubts(side: Side) -> Iterator[str]:
    """Why the sessions of a side may not be what they are said to be."""
    for info in side.infos:
        if info.checkout and info.checkout.dirty:
            yield f"{info.id} is of a dirty checkout: its files differed from commit {info.checkout.short_commit}"
        if info.ended is None:
            yield f"{info.id} did not end: what it had so far is compared"


def _flakiness(base: Side, head: Side) -> Iterator[str]:
    """How often targets failed. What a board answered in the end is compared as if they had not."""
    for side in (base, head):
        for said in flakiness([run.record for run in side.runs.values()]):
            yield f"{side.spec}: {said}"


def _changed_keys(base_alone: Sequence[RunId], head_alone: Sequence[RunId]) -> Iterator[str]:
    """Runs that would be compared, were it not for one other board, kind of target or engine."""
    for old in base_alone:
        for new in head_alone:
            differing = [field for field in RunId._fields if getattr(old, field) != getattr(new, field)]
            if len(differing) == 1 and differing[0] in _PLACES:
                (field,) = differing
                yield f"not compared: {new}, before with the {field} {getattr(old, field)}"
                break


def _known(side: Side) -> str:
    groups = dict.fromkeys(str(id_) for id_ in side.runs)
    return f"{side.spec} has {', '.join(groups) or 'none'}"


def _run_changes(base: Run, head: Run, settings: Settings, recent: Recent) -> RunChanges:
    return RunChanges(base, head, tuple(_changes(base, head, settings, recent)))


def _changes(base: Run, head: Run, settings: Settings, recent: Recent) -> Iterator[Change]:
    for metric in METRICS:
        before, after = metric.of(base.record), metric.of(head.record)
        if before and after:
            yield Change(metric, before, after, *judge(metric, base, head, settings, recent))
        elif before:
            yield Change(metric, before, None, Verdict.LOST)
        elif after:
            yield Change(metric, None, after, Verdict.NEW)


def judge(metric: Metric, base: Run, head: Run, settings: Settings, recent: Recent) -> Judgement:
    """What became of a figure that both runs know."""
    before, after = metric.of(base.record), metric.of(head.record)
    assert before and after
    if obstacle := _obstacle(metric, base, head):
        return Judgement(Verdict.NOT_COMPARED, obstacle)
    if not metric.is_noisy(after.provenance) or before.value == after.value:
        return judge_exact(metric, before.value, after.value, settings.tolerance.get(metric.name, 0.0))
    judged = judge_noisy(metric, metric.samples(base.windows), metric.samples(head.windows), settings.floor)
    if judged.verdict not in (Verdict.WORSE, Verdict.BETTER):
        return judged
    return judge_usual(metric, before.value, after.value, judged, recent(base, metric))


def _obstacle(metric: Metric, base: Run, head: Run) -> str:
    """Why the two figures are not of the same thing; empty where they are."""
    before, after = metric.of(base.record), metric.of(head.record)
    assert before and after
    if before.provenance != after.provenance:
        return f"{after.provenance}, before {before.provenance}"
    return next(filter(None, (_other(field, base, head) for field in metric.conditions)), "")


def _other(field: str, base: Run, head: Run) -> str:
    """How the runs differ in this field; empty where they do not."""
    if getattr(base.record, field) == getattr(head.record, field):
        return ""
    return f"another {CONDITIONS[field]}: {_shown(field, head)}, before {_shown(field, base)}"


def _shown(field: str, run: Run) -> str:
    if field == "model_sha256":
        return f"{run.record.model} {run.record.model_sha256[:_DIGITS]}"
    return str(getattr(run.record, field)) or "none"
