"""Figures of a run: how each is read from a record, written, and compared with the reference's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from harness.config import MetricName
from harness.measure.metrics import METRICS
from harness.measure.records import LayerRecord, Quantity, RunRecord
from harness.report.cost import CostKind
from harness.report.table import Row, distinct
from harness.report.wording import bytes_change, points, signed, whole

_BROKEN_OFF = {"error": "error", "interrupted": "stopped", "running": "stopped", "no fit": "no fit"}
_METRIC_CHANGE: Mapping[MetricName, Callable[[float, float], str]] = {"accuracy": points, "auc": signed}


@dataclass(frozen=True)
class Figure:
    """One row in the making. `missing` is what a finished run's cell says where the run does not know the figure."""

    label: str
    missing: str
    of: Callable[[RunRecord], Quantity | None]
    text: Callable[[float], str]
    compare: Callable[[float, float], str]
    depth: int = 0

    def row(self, runs: Sequence[RunRecord]) -> Row:
        """The figure of every run, the first being the others' reference."""
        found = [self.of(run) for run in runs]
        return Row(
            self.label,
            cells=tuple(self._cell(run, quantity) for run, quantity in zip(runs, found, strict=True)),
            deltas=tuple(self._delta(quantity, found[0]) for quantity in found[1:]),
            how=distinct(quantity.provenance for quantity in found if quantity),
            depth=self.depth,
        )

    def _cell(self, run: RunRecord, quantity: Quantity | None) -> str:
        return self.text(quantity.value) if quantity else _BROKEN_OFF.get(run.outcome, self.missing)

    def _delta(self, quantity: Quantity | None, reference: Quantity | None) -> str:
        return self.compare(quantity.value, reference.value) if quantity and reference else ""


def judged(metric: MetricName, of: str) -> Figure:
    """The figure that a suite's runs are judged by, `of` so many vectors."""
    kind = METRICS[metric]
    return Figure(f"{kind.title} of {of}", kind.undefined, attrgetter(metric), kind.text, _METRIC_CHANGE[metric])


def inference(kind: CostKind) -> Figure:
    """The cost of one inference."""
    return Figure(f"{kind.unit}/inference", "not timed", kind.of, kind.text, kind.compare)


def layers_sum(kind: CostKind, layers: Mapping[str, Sequence[LayerRecord]]) -> Figure:
    """What all of a variant's layers cost; they are profiled in an inference of their own."""

    def of(run: RunRecord) -> Quantity | None:
        whole_run, cost = kind.of(run), kind.sum(layers[run.variant])
        return Quantity(cost, whole_run.provenance) if whole_run and cost else None

    return Figure("sum of all layers", "not timed", of, kind.text, kind.compare, depth=1)


def _size(label: str, field: str, depth: int = 0) -> Figure:
    return Figure(label, "not known", attrgetter(field), whole, bytes_change, depth)


ARENA = _size("arena bytes", "arena_bytes")
FIRMWARE_FLASH = _size("firmware bytes", "firmware_flash_bytes")
_MEMORY = {
    "arena_bytes": ARENA,
    "arena_persistent_bytes": _size("of which persistent", "arena_persistent_bytes", depth=1),
    "stack_bytes": _size("stack bytes, peak", "stack_bytes"),
    "model_bytes": _size("model bytes", "model_bytes"),
    "firmware_flash_bytes": FIRMWARE_FLASH,
    "firmware_ram_bytes": _size("firmware RAM bytes", "firmware_ram_bytes"),
}


def memory(limits: Mapping[str, int]) -> list[Figure]:
    """What a run takes of the board's memories, and of how much: `limits` has that by the record's field."""
    return [
        replace(figure, label=f"{figure.label} of {whole(limits[field])}") if field in limits else figure
        for field, figure in _MEMORY.items()
    ]
