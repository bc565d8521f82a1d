"""Which layers cost most, variants side by side."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from harness.measure.records import LayerRecord, Quantity
from harness.report.cost import INSTRUCTIONS, CostKind
from harness.report.table import Row, distinct
from harness.report.wording import printable

TOP_LAYERS = 5

Aligned = tuple[LayerRecord | None, ...]  # one per variant


def layer_rows(variants: Sequence[Sequence[LayerRecord]], kind: CostKind) -> list[Row]:
    """The layers that are costliest in any variant, each with its share of all. Empty where no costs are known."""
    totals = [kind.sum(layers) for layers in variants]
    if not any(totals):
        return []
    aligned = align(variants)

    def share(layers: Aligned) -> float:
        return max(_share(layer, total, kind) for layer, total in zip(layers, totals, strict=True))

    top = sorted(aligned, key=share, reverse=True)[:TOP_LAYERS]
    heading = f"top {len(top)} of {len(aligned)} layers" if len(top) < len(aligned) else "layers"
    unit = "" if kind is INSTRUCTIONS else f", {kind.unit}"  # said where there are several kinds of cost
    return [Row(heading + unit), *(_row(layers, totals, kind) for layers in top)]


def align(variants: Sequence[Sequence[LayerRecord]]) -> list[Aligned]:
    """The layers of all variants in one list: those of equal op and output shape beside each other, in model order.

    A variant that lacks a layer, e.g. a QUANTIZE at the input, has None there.
    """
    rows: list[Aligned] = [(layer,) for layer in variants[0]]
    for width, layers in enumerate(variants[1:], start=1):
        rows = _join(rows, width, layers)
    return rows


def _join(rows: list[Aligned], width: int, layers: Sequence[LayerRecord]) -> list[Aligned]:
    """`rows` of `width` variants each, with a further variant's `layers`."""
    left = [_kind(_any(row)) for row in rows]
    right = [_kind(layer) for layer in layers]
    joined: list[Aligned] = []
    for tag, begin, end, other_begin, other_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            joined += [(*row, layer) for row, layer in zip(rows[begin:end], layers[other_begin:other_end], strict=True)]
        else:
            joined += [(*row, None) for row in rows[begin:end]]
            joined += [(*[None] * width, layer) for layer in layers[other_begin:other_end]]
    return joined


def _kind(layer: LayerRecord) -> tuple[str, str]:
    return layer.op, layer.output_shape


def _any(layers: Aligned) -> LayerRecord:
    return next(layer for layer in layers if layer is not None)


def _share(layer: LayerRecord | None, total: float, kind: CostKind) -> float:
    cost = kind.of(layer) if layer else None
    return cost.value / total if cost and total else 0.0


def _row(layers: Aligned, totals: Sequence[float], kind: CostKind) -> Row:
    costs = [kind.of(layer) if layer else None for layer in layers]
    cells = [_cell(cost, total, kind) for cost, total in zip(costs, totals, strict=True)]
    return Row(
        label=_label(layers),
        cells=tuple(cells),
        deltas=tuple(_delta(cost, costs[0], kind) for cost in costs[1:]),
        how=distinct(cost.provenance for cost in costs if cost),
        depth=1,
    )


def _label(layers: Aligned) -> str:
    """`3 CONV_2D 1x8x8x16`; `3/4` where the op's index differs between variants."""
    indices = distinct(str(layer.op_index) for layer in layers if layer)
    layer = _any(layers)
    return printable(f"{indices} {layer.op} {layer.output_shape}")


def _cell(cost: Quantity | None, total: float, kind: CostKind) -> str:
    if cost is None:
        return "-"
    return kind.share(cost.value, total) if total else kind.text(cost.value)


def _delta(cost: Quantity | None, reference: Quantity | None, kind: CostKind) -> str:
    return kind.compare(cost.value, reference.value) if cost and reference else ""
