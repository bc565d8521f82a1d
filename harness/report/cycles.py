"""Where the cycles of an inference go, and what stands behind figures that are modelled."""

from __future__ import annotations

import json
from collections.abc import Sequence

from harness.measure.records import RunRecord
from harness.report.cost import CYCLES, MICROJOULES, MILLISECONDS
from harness.report.table import Row, distinct

TOP_CLASSES = 6  # the others are summed up
OTHERS = "all other"
WORDS = {
    "alu": "integer arithmetic",
    "multiply": "multiplications",
    "divide": "divisions",
    "load": "loads",
    "store": "stores",
    "branch": "branches",
    "float": "float arithmetic",
    "vector": "vector arithmetic",
    "system": "system instructions",
    "fetch_stall": "waiting for code",
    "data_stall": "waiting for data",
}


def class_rows(runs: Sequence[RunRecord]) -> list[Row]:
    """What the cycles are spent on, the largest share first; empty where no cycles are known."""
    of_runs: list[dict[str, int]] = [json.loads(run.cycles_by_class or "{}") for run in runs]
    totals = [sum(cycles.values()) for cycles in of_runs]
    if not any(totals):
        return []
    how = distinct(run.cycles.provenance for run in runs if run.cycles)

    def share(name: str) -> float:
        return max(cycles.get(name, 0) / total for cycles, total in zip(of_runs, totals, strict=True) if total)

    def row(label: str, names: Sequence[str]) -> Row:
        spent = [sum(cycles.get(name, 0) for name in names) for cycles in of_runs]
        cells = (CYCLES.share(*figures) if figures[1] else "-" for figures in zip(spent, totals, strict=True))
        return Row(label, tuple(cells), tuple(CYCLES.compare(each, spent[0]) for each in spent[1:]), how, depth=1)

    ranked = sorted((name for name in WORDS if share(name)), key=share, reverse=True)
    top, others = ranked[:TOP_CLASSES], ranked[TOP_CLASSES:]
    return [*(row(WORDS[name], [name]) for name in top), *([row(OTHERS, others)] if others else [])]


def model_notes(runs: Sequence[RunRecord]) -> list[str]:
    """As `models_named`, and what turns cycles into time and energy."""
    return [*models_named(runs), *dict.fromkeys(_rate(run) for run in runs if CYCLES.sum([run]))]


def models_named(runs: Sequence[RunRecord]) -> list[str]:
    """Which models made the figures, and how far they are known to be off."""
    counted = [run for run in runs if run.cycles]
    cycles = dict.fromkeys(f"cycles by the cost model {run.cycles_model}: {_error(run)}" for run in counted)
    energy = dict.fromkeys(f"energy by {run.energy_model}" for run in counted if run.energy_uj)
    return [*cycles, *energy]


def timing_missing(runs: Sequence[RunRecord]) -> list[str]:
    """Of each board that instructions are counted on: why there is nothing else."""
    names = dict.fromkeys(run.board for run in runs if run.instructions and not run.cycles)
    return [f"no cycles, time or energy: boards.{name} of boards.toml has no timing, docs/cycles.md" for name in names]


def _error(run: RunRecord) -> str:
    if run.cycles_error_percent is None:
        return "not validated against silicon"
    return f"its core within {run.cycles_error_percent} % of published silicon, docs/validation.md"


def _rate(run: RunRecord) -> str:
    """`1,000,000 cycles take 12.50 ms and 450.00 µJ`: what a layer's cycles are."""
    millions = CYCLES.sum([run]) / 1e6
    costs = ((kind, kind.of(run)) for kind in (MILLISECONDS, MICROJOULES))
    figures = [f"{kind.text(cost.value / millions)} {kind.unit}" for kind, cost in costs if cost]
    return f"1,000,000 cycles take {' and '.join(figures)}"
