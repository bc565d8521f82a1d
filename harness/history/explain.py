"""What a change comes from, as far as the sessions tell: which layers and ops, which vectors, which functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from harness.build import kept_elf, symbol_bytes
from harness.history.changes import RunChanges
from harness.history.metrics import METRICS_BY_NAME, Metric
from harness.history.rules import Verdict
from harness.history.sides import Run
from harness.measure.records import LayerRecord
from harness.report.agreement import agreement
from harness.report.wording import counted

NAMED_VECTORS = 8
NAMED_SYMBOLS = 5
_MENTIONED = 0.01  # of all layers' change
_ANONYMOUS = "(anonymous namespace)::"
_LAYER_COSTS = ("cycles", "instructions", "latency_us")  # the first that both sides know tells most
_EXPLAINED = {Verdict.WORSE, Verdict.BETTER, Verdict.EXCUSED}


@dataclass(frozen=True)
class LayerChange:
    """A layer whose cost differs."""

    metric: Metric
    layer: LayerRecord
    base: float
    head: float

    @property
    def label(self) -> str:
        """`1 CONV_2D 1x8x8x32`."""
        return f"{self.layer.op_index} {self.layer.op} {self.layer.output_shape}"

    @property
    def difference(self) -> float:
        return self.head - self.base


def layer_changes(run: RunChanges) -> list[LayerChange]:
    """The layers whose cost differs, the largest difference first; none where that of the run has not changed, or not
    the way that all layers have, or where the model has other layers.

    The cost is that in cycles, instructions or time: the first that both sides know.
    """
    if not _same_layers(run):
        return []
    for metric in (METRICS_BY_NAME[name] for name in _LAYER_COSTS):
        found = [_layer_change(metric, *pair) for pair in zip(run.base.layers, run.head.layers, strict=True)]
        known = [change for change in found if change]
        if known:
            told = sum(change.difference for change in known) * _difference(run, metric) > 0
            changed = [change for change in known if change.difference and told]
            return sorted(changed, key=lambda change: -abs(change.difference))
    return []


def explain(run: RunChanges) -> list[str]:
    """What is known of why two runs differ, in words; nothing where they do not."""
    if not run.of(*_EXPLAINED):
        return []
    return [*run.conditions, *_ops(run), *_flipped(run), *_symbols(run)]


def _same_layers(run: RunChanges) -> bool:
    def shapes(side: Run) -> list[tuple[str, str]]:
        return [(layer.op, layer.output_shape) for layer in side.layers]

    return shapes(run.base) == shapes(run.head)


def _layer_change(metric: Metric, base: LayerRecord, head: LayerRecord) -> LayerChange | None:
    before, after = getattr(base, metric.name), getattr(head, metric.name)
    if before is None or after is None or before.provenance != after.provenance:
        return None
    return LayerChange(metric, head, before.value, after.value)


def _difference(run: RunChanges, metric: Metric) -> float:
    """How much more the run costs; 0 where that has not changed."""
    pairs = [(each.base, each.head) for each in run.of(*_EXPLAINED) if each.metric is metric]
    return sum(head.value - base.value for base, head in pairs if base and head)


def _has(run: RunChanges, metric: str, *verdicts: Verdict) -> bool:
    return any(change.metric.name == metric for change in run.of(*verdicts))


def _ops(run: RunChanges) -> Iterator[str]:
    """How many layers the model has, where that changed; else which ops the cost's change is of."""
    base, head = len(run.base.layers), len(run.head.layers)
    if base and head and not _same_layers(run):
        yield f"other layers: {head}, before {base}"
    changes = layer_changes(run)
    whole = sum(abs(change.difference) for change in changes)
    for op, members in _by_op(changes):
        part = sum(abs(change.difference) for change in members) / whole
        if part >= _MENTIONED:
            difference = sum(change.difference for change in members)
            cost = f"{difference:+,.0f} {members[0].metric.name}"
            yield f"{_op_text(op, members)}: {cost}, {part:.0%} of all layers' change"


def _op_text(op: str, members: Sequence[LayerChange]) -> str:
    """`CONV_2D (ops 0, 2)`."""
    indices = ", ".join(map(str, sorted(change.layer.op_index for change in members)))
    return f"{op} ({'op' if len(members) == 1 else 'ops'} {indices})"


def _by_op(changes: Sequence[LayerChange]) -> list[tuple[str, list[LayerChange]]]:
    """The layers of each op, the op with the largest differences first."""
    groups: dict[str, list[LayerChange]] = {}
    for change in changes:
        groups.setdefault(change.layer.op, []).append(change)
    return sorted(groups.items(), key=lambda group: -sum(abs(change.difference) for change in group[1]))


def _flipped(run: RunChanges) -> Iterator[str]:
    """The vectors that only one side gets right, and whether chance would do that."""
    found = agreement(run.base.vectors, run.head.vectors)
    if found is None or _has(run, "accuracy", Verdict.NOT_COMPARED):
        return
    lost, gained = ([flip.vector for flip in found.flips if flip.effect == effect] for effect in ("lost", "gained"))
    if lost or gained:
        flips = f"{_named(lost)} right before and wrong now, {_named(gained)} the other way round"
        yield f"{flips}: McNemar p = {found.p:.2g}"


def _named(vectors: Sequence[int]) -> str:
    listed = ", ".join(map(str, vectors[:NAMED_VECTORS])) + (", …" if len(vectors) > NAMED_VECTORS else "")
    return f"{counted(len(vectors), 'vector')} ({listed})" if vectors else "none"


def _symbols(run: RunChanges) -> Iterator[str]:
    """The functions and objects that grew or shrank most, where both firmwares are still kept on this computer."""
    if not _has(run, "firmware_flash_bytes", *_EXPLAINED):
        return
    before, after = (_kept_symbols(side.record.board, side.record.build_id) for side in (run.base, run.head))
    if before and after:
        changes = {name: after[name] - before[name] for name in before | after}
        for name, difference in sorted(changes.items(), key=lambda entry: -abs(entry[1]))[:NAMED_SYMBOLS]:
            if difference:
                yield f"firmware {difference:+,} bytes: {name.replace(_ANONYMOUS, '')}"


@cache
def _kept_symbols(board: str, build_id: str) -> Counter[str]:
    """Those of a build; none where it is not kept. A build never changes."""
    elf = kept_elf(board, build_id)
    return symbol_bytes(elf) if elf else Counter()
