"""A comparison as JSON types, for other programs."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.history.changes import Change, Changes, RunChanges
from harness.history.explain import LayerChange, explain, layer_changes
from harness.history.numbers import finite
from harness.history.rules import Verdict
from harness.history.sides import RunId, Side
from harness.measure.records import Quantity

FORMAT_VERSION = 1  # rises when a reader of the old ones would misread the new


def changes_json(changes: Changes) -> dict[str, Any]:
    """Every figure of every run that both sides have. What is no number is null."""
    return {
        "format_version": FORMAT_VERSION,
        "base": _side(changes.base),
        "head": _side(changes.head),
        "verdicts": {verdict.value: len(changes.of(verdict)) for verdict in Verdict},
        "runs": [_run(run) for run in changes.runs],
        "base_alone": [_id(id_) for id_ in changes.base_alone],
        "head_alone": [_id(id_) for id_ in changes.head_alone],
        "notes": list(changes.notes),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "spec": side.spec,
        "dirty": side.is_dirty,
        "sessions": [{"id": info.id, "checkout": msgspec.to_builtins(info.checkout)} for info in side.infos],
    }


def _run(run: RunChanges) -> dict[str, Any]:
    return {
        **_id(run.id),
        "figures": [_change(change) for change in run.changes],
        "explanations": explain(run),
        "layers": [_layer(change) for change in layer_changes(run)],
    }


def _id(id_: RunId) -> dict[str, str]:
    return id_._asdict()


def _change(change: Change) -> dict[str, Any]:
    return {
        "metric": change.metric.name,
        "base": _quantity(change.base, change.base_text),
        "head": _quantity(change.head, change.head_text),
        "verdict": change.verdict.value,
        "reason": change.reason or None,
    }


def _quantity(quantity: Quantity | None, text: str) -> dict[str, Any] | None:
    if quantity is None:
        return None
    return {"value": finite(quantity.value), "provenance": quantity.provenance.value, "text": text}


def _layer(change: LayerChange) -> dict[str, Any]:
    return {
        "op_index": change.layer.op_index,
        "op": change.layer.op,
        "output_shape": change.layer.output_shape,
        "metric": change.metric.name,
        "base": finite(change.base),
        "head": finite(change.head),
    }
