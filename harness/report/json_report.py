"""Runs as JSON, for other programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from harness.measure.records import LayerRecord, Quantity, RunRecord, WindowRecord
from harness.report.schema import R
from harness.report.session import SessionInfo
from harness.report.tables import SessionTables, run_key


def session_json(tables: SessionTables) -> Any:
    """The session's run as an object; of several runs a list of such objects."""
    runs = [
        run_json(run, _of(run, tables.layer_records), tables.info, _of(run, tables.window_records))
        for run in tables.run_records
    ]
    return runs[0] if len(runs) == 1 else runs


def _of(run: RunRecord, records: Iterable[R]) -> list[R]:
    return [record for record in records if run_key(record) == run_key(run)]


def run_json(
    run: RunRecord, layers: Sequence[LayerRecord], info: SessionInfo, windows: Sequence[WindowRecord] = ()
) -> dict[str, Any]:
    """A run, its layers and its windows as JSON types.

    A quantity is `{"value", "provenance"}`, or null where it is not known.
    """
    return {
        "schema_version": info.schema_version,
        "session": msgspec.to_builtins(info),
        "suite": run.suite,
        "variant": run.variant,
        "board": run.board,
        "target": {"kind": run.target, "description": run.target_description, "place": run.place or None},
        "attempts": {"count": run.attempts, "failures": run.retries or None},
        "outcome": run.outcome,
        "message": run.message,
        "missing_bytes": json.loads(run.missing_bytes or "{}"),
        "engine": {
            "name": run.engine,
            "version": run.engine_version,
            "chosen_by": run.engine_chosen_by,
            "build_id": run.build_id,
            "toolchain": run.toolchain,
        },
        "model": {
            "name": run.model,
            "sha256": run.model_sha256,
            "model_bytes": quantity_json(run.model_bytes),
            "macs": run.macs,
        },
        "vectors": {"answered": run.vectors, "total": run.vectors_total, "oracle_equal": run.oracle_equal},
        "outputs": _outputs(run),
        "metric": run.metric,
        "accuracy": quantity_json(run.accuracy),
        "auc": quantity_json(run.auc),
        "inference": {
            "repeats": run.repeats,
            "inferences_per_window": run.inferences_per_window,
            "clock_off_percent": run.clock_off_percent,
            "instructions": _cost(run.instructions, run.instructions_min, run.instructions_max),
            "cycles": quantity_json(run.cycles),
            "cycles_by_class": json.loads(run.cycles_by_class or "{}"),
            "flash_reads": quantity_json(run.flash_reads),
            "ram_accesses": quantity_json(run.ram_accesses),
            "latency_us": _latency(run),
            "energy_uj": quantity_json(run.energy_uj),
        },
        "energy": {
            "meter": run.meter or None,
            "supply_v": run.supply_v,
            "incomplete": run.energy_incomplete or None,
            "idle_power_uw": quantity_json(run.idle_power_uw),
        },
        "modelled_by": {
            "cycles": run.cycles_model or None,
            "cycles_error_percent": run.cycles_error_percent,
            "energy": run.energy_model or None,
        },
        "windows": [_window(window) for window in windows],
        "layers": [_layer(layer) for layer in layers],
        "totals": {
            "layers": len(layers),
            "macs": sum(layer.macs for layer in layers),
            "instructions": _total(layer.instructions for layer in layers),
            "cycles": _total(layer.cycles for layer in layers),
            "latency_us": _total(layer.latency_us for layer in layers),
            "energy_uj": _total(layer.energy_uj for layer in layers),
        },
        "arena": {
            "arena_bytes": quantity_json(run.arena_bytes),
            "arena_persistent_bytes": quantity_json(run.arena_persistent_bytes),
            "parts": json.loads(run.arena_parts or "{}"),
        },
        "stack_bytes": quantity_json(run.stack_bytes),
        "firmware": {
            "flash_bytes": quantity_json(run.firmware_flash_bytes),
            "ram_bytes": quantity_json(run.firmware_ram_bytes),
        },
    }


def _outputs(run: RunRecord) -> dict[str, Any]:
    """Their bytes, and how they stand to those of the engine that they were compared with."""
    compared = {
        "engine": run.reference_engine,
        "equal_vectors": run.reference_equal,
        "different_bytes": run.reference_different_bytes,
        "max_difference": _finite(run.reference_max_difference),
    }
    return {"output_bytes": run.output_bytes, "reference": compared if run.reference_engine else None}


def _finite(value: float | None) -> float | None:
    """JSON has no infinity."""
    return value if value is not None and math.isfinite(value) else None


def quantity_json(quantity: Quantity | None) -> dict[str, Any] | None:
    return None if quantity is None else {"value": quantity.value, "provenance": str(quantity.provenance)}


def _total(quantities: Iterable[Quantity | None]) -> dict[str, Any] | None:
    known = [quantity for quantity in quantities if quantity is not None]
    return quantity_json(Quantity(sum(quantity.value for quantity in known), known[0].provenance)) if known else None


def _cost(median: Quantity | None, least: float | None, greatest: float | None) -> dict[str, Any] | None:
    return None if median is None else {**(quantity_json(median) or {}), "min": least, "max": greatest}


def _latency(run: RunRecord) -> dict[str, Any] | None:
    latency = _cost(run.latency_us, run.latency_us_min, run.latency_us_max)
    return latency and {**latency, "spread": run.latency_us_spread}


def _window(window: WindowRecord) -> dict[str, Any]:
    return {
        "kind": window.kind,
        "window": window.window,
        "inferences": window.inferences,
        "latency_us": quantity_json(window.latency_us),
        "instructions": quantity_json(window.instructions),
        "energy_uj": quantity_json(window.energy_uj),
        "incomplete": window.incomplete or None,
        "interrupts": window.interrupts,
        "outlier": window.outlier,
    }


def _layer(layer: LayerRecord) -> dict[str, Any]:
    return {
        "op_index": layer.op_index,
        "op": layer.op,
        "output": layer.output,
        "output_shape": layer.output_shape,
        "macs": layer.macs,
        "instructions": quantity_json(layer.instructions),
        "cycles": quantity_json(layer.cycles),
        "cycles_by_class": json.loads(layer.cycles_by_class or "{}"),
        "flash_reads": quantity_json(layer.flash_reads),
        "ram_accesses": quantity_json(layer.ram_accesses),
        "latency_us": quantity_json(layer.latency_us),
        "energy_uj": quantity_json(layer.energy_uj),
        "energy_by": layer.energy_by or None,
    }
