"""What a stretch of execution cost: what a target counts or times, and what the board's models make of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from harness.config import Board, EnergyModel
from harness.errors import TargetError
from harness.measure.energy import energy_uj
from harness.measure.records import Provenance, Quantity
from harness.measure.spread import quartiles

# The counters of a cost region, in their order on the link (docs/architecture.md, "Cost regions").
CYCLE_CLASSES = (
    "alu",
    "multiply",
    "divide",
    "load",
    "store",
    "branch",
    "float",
    "vector",
    "system",
    "fetch_stall",
    "data_stall",
)
_COUNTERS = (
    "instructions",
    "cycles",
    *CYCLE_CLASSES,
    "flash_reads",
    "ram_accesses",
    "device_accesses",
    "unmapped_accesses",
    "unmapped_address",
)
MAX_REGIONS = 4096  # that are kept: ops behind them have no cycles
# How far two independent counts of a timed inference may differ: by where exactly the timer is read, and by the handler
# of the timer's wraps, which is less than an instruction in a million (WRAPS in harness/measure/clock.py).
SLACK_INSTRUCTIONS = 8
SLACK_SHARE = 1e-6


class Cost(Struct, frozen=True):
    """The cost of one region: what the target can know, all else is None. Fields are named as those of records."""

    instructions: Quantity | None = None
    cycles: Quantity | None = None
    cycles_by_class: str = ""
    flash_reads: Quantity | None = None
    ram_accesses: Quantity | None = None
    latency_us: Quantity | None = None
    energy_uj: Quantity | None = None


def modelled(board: Board, cost: Cost, counters: Sequence[int]) -> Cost:
    """`cost` with what the board's models make of its region's counters; as it is where nothing was counted.

    Time is cycles · cycle_scale / clock_hz.

    Raises:
        TargetError: the firmware and this harness disagree on the counters, or the region touched memory that
            `boards.toml` does not list.
    """
    model, clock_hz = board.cost_model, board.clock_hz
    if not counters or model is None or clock_hz is None:
        return cost
    counts = _counts(board, counters)
    latency_us = counts["cycles"] * model.cycle_scale * 1e6 / clock_hz
    return replace(
        cost,
        cycles=Quantity(counts["cycles"], Provenance.MODELLED),
        cycles_by_class=json.dumps({name: counts[name] for name in CYCLE_CLASSES}),
        flash_reads=Quantity(counts["flash_reads"], Provenance.EMULATED),
        ram_accesses=Quantity(counts["ram_accesses"], Provenance.EMULATED),
        latency_us=Quantity(latency_us, Provenance.MODELLED),
        energy_uj=_energy(board.energy, clock_hz, latency_us, counts["flash_reads"]),
    )


def check_instructions(cost: Cost, counters: Sequence[int]) -> None:
    """Hold the timer's instructions of an inference against those that were counted beside it, where they were.

    Raises:
        TargetError: they differ.
    """
    if not counters or cost.instructions is None:
        return
    counted, timed = counters[0], cost.instructions.value
    if abs(counted - timed) > SLACK_INSTRUCTIONS + timed * SLACK_SHARE:
        raise TargetError(
            f"QEMU's plugin counts {counted} instructions, the board's timer {timed}",
            "report it; without the board's `timing` in boards.toml there are no cycles, and no such check",
        )


def run_fields(board: Board, costs: Sequence[Cost]) -> dict[str, Any]:
    """The fields of a run's record: those of its (lower) median inference, and the range and spread of all."""
    if not costs:
        return {}
    median = sorted(costs, key=rank)[(len(costs) - 1) // 2]
    models: dict[str, Any] = {}
    if median.cycles is not None and board.cost_model is not None:
        models |= {"cycles_model": board.cost_model.described, "cycles_error_percent": board.cost_model.error_percent}
    if median.energy_uj is not None and board.energy is not None:
        models["energy_model"] = board.energy.described
    latencies = [cost.latency_us.value for cost in costs if cost.latency_us]
    spread = quartiles(latencies)
    return {
        **asdict(median),
        **_range("instructions", [cost.instructions.value for cost in costs if cost.instructions]),
        **_range("latency_us", latencies),
        **models,
        "latency_us_spread": spread.range if spread else None,
    }


def rank(cost: Cost) -> float:
    """What costs are ordered by."""
    known = cost.latency_us or cost.instructions
    return known.value if known else 0


def _counts(board: Board, counters: Sequence[int]) -> dict[str, int]:
    if len(counters) != len(_COUNTERS):
        raise TargetError(f"{len(counters)} counters came, {len(_COUNTERS)} expected", "rebuild the firmware")
    counts = dict(zip(_COUNTERS, counters, strict=True))
    if counts["unmapped_accesses"]:
        raise TargetError(
            f"{board.name}: {counts['unmapped_accesses']} accesses to memory that no one knows the cost of, "
            f"first at {counts['unmapped_address']:#010x}",
            f"add that memory to boards.{board.name}.memory and .timing.memory in {board.source.name}",
        )
    return counts


def _energy(model: EnergyModel | None, clock_hz: int, latency_us: float, flash_reads: int) -> Quantity | None:
    if model is None:
        return None
    return Quantity(energy_uj(model, clock_hz, latency_us, flash_reads), Provenance.MODELLED)


def _range(field: str, values: Sequence[float]) -> dict[str, float]:
    return {f"{field}_min": min(values), f"{field}_max": max(values)} if values else {}
