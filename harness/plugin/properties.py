"""What a JUnit report says of an item: where it ran and with what, and the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.measure import Bench, RunRecord


_FIGURES = (
    "instructions",
    "cycles",
    "latency_us",
    "energy_uj",
    "idle_power_uw",
    "arena_bytes",
    "model_bytes",
    "firmware_flash_bytes",
)


def note_bench(item: pytest.Item, bench: Bench) -> None:
    """Board, target and engine: known before anything runs, and once per item."""
    note(item, "board", bench.board.name)
    note(item, "target", bench.target)
    if bench.instance:
        note(item, "attached", bench.instance.name)
    note(item, "engine", bench.engine)
    note(item, "engine_chosen_by", bench.engine_chosen_by)


def note_figures(item: pytest.Item, run: RunRecord) -> None:
    """What the run gave, each figure with its provenance."""
    note(item, "engine_version", run.engine_version)
    for field in (run.metric, *_FIGURES):
        quantity = getattr(run, field)
        if quantity is not None:
            note(item, field, f"{quantity.value} ({quantity.provenance})")
    for field in ("place", "retries", "cycles_model", "energy_model", "energy_incomplete"):
        if said := getattr(run, field):
            note(item, field, said)


def note(item: pytest.Item, name: str, value: str) -> None:
    """A property, unless the item has the same already."""
    if (name, value) not in item.user_properties:
        item.user_properties.append((name, value))
