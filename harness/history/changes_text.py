"""A comparison in lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.history.changes import Change, Changes, RunChanges
from harness.history.explain import explain, layer_changes
from harness.history.layout import GAP, aligned
from harness.history.rules import Verdict
from harness.report.wording import counted, printable

SHOWN_LAYERS = 5
TOLD = tuple(verdict for verdict in Verdict if verdict is not Verdict.UNCHANGED)
_NUMERIC = (1, 2, 3)  # columns


def changes_lines(changes: Changes) -> Iterator[str]:
    """Each run with a change, its changes, and what they come from; then what is to say of the whole."""
    yield headline(changes)
    for run in changes.runs:
        if run.of(*TOLD):
            yield ""
            yield from map(printable, _run_lines(run))
    yield ""
    yield from map(printable, closing_lines(changes))


def headline(changes: Changes) -> str:
    """`main~1 (1931af0) -> HEAD (f00d123, dirty)`."""
    return printable(f"{changes.base.described} -> {changes.head.described}")


def closing_lines(changes: Changes) -> Iterator[str]:
    """Runs of one side alone, notes, and how many figures have which verdict."""
    for side, ids in ((changes.base, changes.base_alone), (changes.head, changes.head_alone)):
        for id_ in ids:
            yield f"{side.spec} alone has {id_}"
    yield from changes.notes
    yield verdict_counts(changes)


def verdict_counts(changes: Changes) -> str:
    """`2 runs compared: 1 figure worse, 3 better, 9 unchanged`."""
    counts = [(len(changes.of(verdict)), verdict) for verdict in Verdict]
    told = ", ".join(f"{count} {verdict}" for count, verdict in counts if count)
    return f"{counted(len(changes.runs), 'run')} compared; figures: {told}"


def reasons(changes: Sequence[Change]) -> Iterator[str]:
    """Every reason once, with the metrics that have it."""
    metrics: dict[str, list[str]] = {}
    for change in changes:
        if change.reason:
            metrics.setdefault(change.reason, []).append(change.metric.name)
    for reason, names in metrics.items():
        yield f"{', '.join(names)}: {reason}"


def change_cells(change: Change) -> tuple[str, ...]:
    """Metric, both figures, the change, the verdict and the provenance."""
    texts = (change.base_text, change.head_text, change.change_text)
    return change.metric.name, *texts, change.verdict, change.provenance_text


def layer_rows(run: RunChanges) -> list[tuple[str, ...]]:
    """The layers that changed most: label, both costs and the change."""
    return [
        (
            change.label,
            change.metric.text(change.base),
            change.metric.text(change.head),
            change.metric.change(change.head, change.base),
        )
        for change in layer_changes(run)[:SHOWN_LAYERS]
    ]


def _run_lines(run: RunChanges) -> Iterator[str]:
    told = run.of(*TOLD)
    yield str(run.id)
    for line in aligned(list(map(change_cells, told)), _NUMERIC):
        yield GAP + line
    for line in (*reasons(told), *explain(run)):
        yield GAP + line
    if rows := layer_rows(run):
        yield f"{GAP}layers that changed most, {layer_changes(run)[0].metric.name}"
        for line in aligned(rows, _NUMERIC):
            yield GAP * 2 + line
