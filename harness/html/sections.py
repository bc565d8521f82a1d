"""What a page says of the variants of one suite on one board with one engine: texts, tables and pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from harness.html.arena import ArenaPlan, arena_picture, arena_plan
from harness.html.bars import Bar, Legend, Loss, Part, color, intervals, loss_columns, stacked
from harness.html.losses import Losses
from harness.html.memory_map import FLASH, RAM, memory_legend, memory_map
from harness.html.models import Models
from harness.html.power import PowerTrace
from harness.html.quality import estimated, roc, roc_curves
from harness.html.roofline import points, roofline
from harness.html.windows import KINDS, Scatter, WindowKind, scatter, window_picture
from harness.measure.metrics import METRICS
from harness.measure.records import LayerRecord, RunRecord, VectorRecord
from harness.report.agreement import Agreement, Confusion, confusion
from harness.report.compare import agreements, compare_variants
from harness.report.cost import CYCLES, CostKind, layer_costs
from harness.report.cycles import WORDS
from harness.report.layers import Aligned, align
from harness.report.measured import REHEARSED, is_rehearsed
from harness.report.table import Comparison, distinct
from harness.report.tables import SessionTables, run_key

MOST_CLASSES = 24  # of a matrix that one can still read


@dataclass(frozen=True)
class LayerRow:
    """A layer of all variants; costs and shares are None where a variant lacks it."""

    index: str
    op: str
    shape: str
    macs: int
    costs: tuple[float | None, ...]
    shares: tuple[float | None, ...]
    change: str


@dataclass(frozen=True)
class Section:
    """The runs of one group, the first being the others' reference, and what is recorded of them."""

    anchor: str
    tables: SessionTables
    runs: Sequence[RunRecord]
    models: Models
    losses: Losses

    @cached_property
    def comparison(self) -> Comparison:
        return compare_variants(self.tables, list(self.runs))

    @cached_property
    def layers(self) -> dict[str, list[LayerRecord]]:
        """By variant."""
        records = self.tables.layer_records
        return {run.variant: [layer for layer in records if run_key(layer) == run_key(run)] for run in self.runs}

    @cached_property
    def vectors(self) -> dict[str, Sequence[VectorRecord]]:
        """By variant."""
        return {run.variant: self.tables.vectors_by_run.get(run_key(run), ()) for run in self.runs}

    @cached_property
    def agreements(self) -> dict[str, Agreement]:
        """With the reference, by variant."""
        return agreements(self.tables, list(self.runs))

    @property
    def warnings(self) -> list[str]:
        """What must not be overlooked."""
        return [REHEARSED] if is_rehearsed(self.runs) else []

    @property
    def details(self) -> list[str]:
        """What the figures are of."""
        return [detail for detail in self.comparison.details if detail != REHEARSED]

    @cached_property
    def cost(self) -> CostKind:
        """What layers are measured by."""
        return layer_costs([layer for of_run in self.layers.values() for layer in of_run])[0]

    def layer_rows(self) -> list[LayerRow]:
        totals = [self.cost.sum(layers) for layers in self.layers.values()]
        if not any(totals):
            return []
        return [_layer_row(row, totals, self.cost) for row in align(list(self.layers.values()))]

    def loss_picture(self) -> Markup | None:
        """How far the values of each op lie from the reference's."""
        found = {run.variant: self._losses(run) for run in self.runs[1:]}
        return (
            loss_columns({variant: losses for variant, losses in found.items() if losses})
            if any(found.values())
            else None
        )

    def _losses(self, run: RunRecord) -> list[Loss]:
        """Of the ops whose values can be compared."""
        losses = self.losses.get((self.runs[0].model_sha256, run.model_sha256), {})
        return [
            Loss(str(layer.op_index), f"{layer.op_index} {layer.op} {layer.output_shape}", losses[layer.op_index])
            for layer in self.layers[run.variant]
            if layer.op_index in losses
        ]

    def layer_picture(self) -> Markup | None:
        """The cost of each layer, coloured by its op."""
        kinds = self._op_colors()
        bars = [self._layer_bar(run, kinds) for run in self.runs if self.cost.sum(self.layers[run.variant])]
        return stacked(bars, f"{self.cost.unit} of each layer") if bars else None

    def _layer_bar(self, run: RunRecord, kinds: dict[str, str]) -> Bar:
        layers = self.layers[run.variant]
        total = self.cost.sum(layers)
        parts = [
            Part(
                cost.value,
                (str(layer.op_index), f"{layer.op_index} {layer.op}"),
                f"{layer.op_index} {layer.op} {layer.output_shape}: {self.cost.share(cost.value, total)}",
                kinds[layer.op],
            )
            for layer in layers
            if (cost := self.cost.of(layer))
        ]
        return Bar(run.variant, f"{self.cost.text(total)} {self.cost.unit}", parts)

    def op_legend(self) -> list[Legend]:
        return [Legend(kind, op) for op, kind in self._op_colors().items()]

    def _op_colors(self) -> dict[str, str]:
        ops = dict.fromkeys(layer.op for layers in self.layers.values() for layer in layers if self.cost.of(layer))
        return {op: color(index) for index, op in enumerate(ops)}

    def class_picture(self) -> Markup | None:
        """What the cycles of an inference are for."""
        kinds = self._class_colors()
        bars = [
            Bar(
                run.variant,
                f"{CYCLES.text(run.cycles.value)} cycles",
                [
                    Part(cycles, (), f"{WORDS[name]}: {CYCLES.share(cycles, run.cycles.value)}", kinds[name])
                    for name, cycles in _classes(run).items()
                    if cycles
                ],
            )
            for run in self.runs
            if run.cycles and _classes(run)
        ]
        return stacked(bars, "what the cycles are for") if bars else None

    def class_legend(self) -> list[Legend]:
        return [Legend(kind, WORDS[name]) for name, kind in self._class_colors().items()]

    def _class_colors(self) -> dict[str, str]:
        found = {name for run in self.runs for name, cycles in _classes(run).items() if cycles}
        return {name: f"k{index}" for index, name in enumerate(WORDS) if name in found}

    def quality_picture(self) -> Markup | None:
        """Accuracies, or areas under the ROC curve, with their 95 % intervals."""
        found = [estimate for run in self.runs if (estimate := estimated(run, self.vectors[run.variant]))]
        return intervals(found, f"{self.quality} with 95 % intervals") if found else None

    @property
    def quality(self) -> str:
        """What the runs are judged by."""
        return METRICS[self.runs[0].metric].title

    def roc_picture(self) -> Markup | None:
        curves = {variant: roc(records) for variant, records in self.vectors.items()}
        return roc_curves(curves) if any(curves.values()) else None

    def window_pictures(self) -> dict[str, Markup]:
        """By caption: of each kind of window that differ among themselves."""
        found = {caption: self._scatters(kind) for caption, kind in KINDS.items()}
        return {
            caption: window_picture(each, f"{caption} beside the median") for caption, each in found.items() if each
        }

    def _scatters(self, kind: WindowKind) -> list[Scatter]:
        windows = self.tables.window_records
        return [each for run in self.runs if (each := scatter(run, windows, kind))]

    def power_traces(self) -> list[PowerTrace]:
        """What a meter saw of each run."""
        kinds = self._op_colors()
        return [
            PowerTrace(trace, run, self.layers[run.variant], kinds)
            for run in self.runs
            for trace in self.tables.trace_records
            if run_key(trace) == run_key(run)
        ]

    def confusions(self) -> dict[str, Confusion]:
        """By variant, where the matrix is small enough to be read."""
        found = {variant: confusion(records) for variant, records in self.vectors.items()}
        return {name: each for name, each in found.items() if each and len(each.classes) <= MOST_CLASSES}

    def memory_pictures(self) -> dict[str, tuple[Markup, list[Legend]]]:
        """By caption, with their legends."""
        sized = [run for run in self.runs if run.arena_bytes]
        regions = {"RAM": RAM, "Flash and model slot": FLASH} if sized else {}
        return {
            caption: (memory_map(sized, self._limits(), of_memory), memory_legend(of_memory))
            for caption, of_memory in regions.items()
        }

    def _limits(self) -> dict[str, int]:
        board = self.tables.info.boards.get(self.runs[0].board)
        return board.limits if board else {}

    def arena_pictures(self) -> dict[str, Markup]:
        """By variant, all to one scale; those whose model is at hand."""
        plans = [plan for run in self.runs if (plan := arena_plan(run, self.models))]
        most = max((plan.arena_bytes for plan in plans), default=0)
        return {_arena_heading(plan): arena_picture(plan, most) for plan in plans}

    def roofline_picture(self) -> Markup | None:
        found = {run.variant: points(run, self.layers[run.variant], self.models) for run in self.runs}
        return roofline(found) if any(found.values()) else None

    def variant_legend(self) -> list[Legend]:
        return [Legend(color(index), run.variant) for index, run in enumerate(self.runs)]


def _arena_heading(plan: ArenaPlan) -> str:
    return f"{plan.run.variant}: {plan.arena_bytes:,} bytes"


def _classes(run: RunRecord) -> dict[str, int]:
    found: dict[str, int] = json.loads(run.cycles_by_class or "{}")
    return {name: found[name] for name in WORDS if name in found}


def _layer_row(layers: Aligned, totals: Sequence[float], kind: CostKind) -> LayerRow:
    costs = [cost.value if layer and (cost := kind.of(layer)) else None for layer in layers]
    first = next(layer for layer in layers if layer)
    shares = [cost / total if cost is not None and total else None for cost, total in zip(costs, totals, strict=True)]
    reference, *others = costs
    return LayerRow(
        index=distinct(str(layer.op_index) for layer in layers if layer),
        op=first.op,
        shape=first.output_shape,
        macs=first.macs,
        costs=tuple(costs),
        shares=tuple(shares),
        change=_changes(reference, others, kind),
    )


def _changes(reference: float | None, others: Iterable[float | None], kind: CostKind) -> str:
    return ", ".join(kind.compare(cost, reference) for cost in others if cost is not None and reference is not None)
