"""Runs of one variant on several boards, side by side: does it fit, what is it worth, what does it cost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.measure.records import LayerRecord, RunRecord
from harness.report.attempts import attempts_text
from harness.report.cost import CYCLES, INSTRUCTIONS, CostKind, known_costs
from harness.report.cycles import models_named, timing_missing
from harness.report.figures import ARENA, Figure, inference, judged
from harness.report.layers import TOP_LAYERS
from harness.report.measured import REHEARSED, is_rehearsed, meter_notes
from harness.report.session import SessionInfo
from harness.report.table import Comparison, Row, distinct
from harness.report.tables import SessionTables, run_key
from harness.report.wording import clock_frequency, printable, whole

_NO_FIT = "no fit"
_UNKNOWN = "-"


def board_comparisons(tables: SessionTables) -> list[Comparison]:
    """One table for each suite and variant that ran on more than one board, or was to."""
    groups: dict[tuple[str, str], list[RunRecord]] = {}
    for run in tables.run_records:
        groups.setdefault((run.suite, run.variant), []).append(run)
    return [_comparison(tables, group) for group in groups.values() if len({run.board for run in group}) > 1]


def _comparison(tables: SessionTables, runs: Sequence[RunRecord]) -> Comparison:
    layers = [[layer for layer in tables.layer_records if run_key(layer) == run_key(run)] for run in runs]
    rows = [*_rows(runs), *_layer_rows(runs, layers), _figure_row(ARENA, runs)]
    return Comparison(
        heading=printable(f"{runs[0].suite} {runs[0].variant}: boards compared"),
        details=(REHEARSED,) if is_rehearsed(runs) else (),
        variants=tuple(map(printable, _columns(runs))),
        rows=tuple(rows),
        notes=tuple(map(printable, _notes(tables.info, runs))),
    )


def _columns(runs: Sequence[RunRecord]) -> list[str]:
    """The boards; with the engines where a board ran with several."""
    if len({run.board for run in runs}) == len(runs):
        return [run.board for run in runs]
    return [f"{run.board} {run.engine}" for run in runs]


def _rows(runs: Sequence[RunRecord]) -> list[Row]:
    vectors = distinct(str(run.vectors) for run in runs if run.vectors)
    metric = [judged(runs[0].metric, f"{vectors} vectors")] if any(run.figure for run in runs) else []
    figures = [*metric, *map(inference, known_costs(runs) or [INSTRUCTIONS])]
    return [
        Row("fits", tuple(map(_fits, runs))),
        *_missing_rows(runs),
        *(_figure_row(figure, runs) for figure in figures),
    ]


def _fits(run: RunRecord) -> str:
    """A board that broke off before the model was loaded did not tell."""
    return "no" if run.outcome == _NO_FIT else "yes" if run.arena_bytes else _UNKNOWN


def _missing_rows(runs: Sequence[RunRecord]) -> list[Row]:
    """What the boards lack that the model does not fit."""
    missing: list[dict[str, int]] = [json.loads(run.missing_bytes or "{}") for run in runs]
    parts = dict.fromkeys(part for of_run in missing for part in of_run)
    return [
        Row(f"missing bytes of {part}", tuple(whole(lack[part]) if part in lack else "" for lack in missing), depth=1)
        for part in parts
    ]


def _figure_row(figure: Figure, runs: Sequence[RunRecord]) -> Row:
    row = replace(figure, missing=_UNKNOWN).row(runs)
    cells = (_UNKNOWN if run.outcome == _NO_FIT else cell for run, cell in zip(runs, row.cells, strict=True))
    return replace(row, cells=tuple(cells), deltas=())


def _layer_rows(runs: Sequence[RunRecord], layers: Sequence[Sequence[LayerRecord]]) -> list[Row]:
    """The costliest layers on any board, in every kind of cost; instructions only where no cycles are known."""
    known = [kind for kind in known_costs(runs) if any(kind.sum(of_run) for of_run in layers)]
    kinds = [kind for kind in known if kind is not INSTRUCTIONS or CYCLES not in known]
    if not kinds:
        return []
    by_index = [{layer.op_index: layer for layer in of_run} for of_run in layers]
    top, count = _costliest(by_index, kinds[0]), max(map(len, layers))
    heading = f"top {len(top)} of {count} layers" if len(top) < count else "layers"
    return [
        row
        for kind in kinds
        for row in (Row(f"{heading}, {kind.unit}"), *(_layer_row(index, by_index, kind) for index in top))
    ]


def _costliest(by_index: Sequence[Mapping[int, LayerRecord]], kind: CostKind) -> list[int]:
    """Indices of the ops with the largest share of any board's cost."""
    totals = [kind.sum(of_run.values()) for of_run in by_index]

    def share(index: int) -> float:
        return max(
            kind.sum([of_run[index]]) / total if index in of_run and total else 0.0
            for of_run, total in zip(by_index, totals, strict=True)
        )

    return sorted({index for of_run in by_index for index in of_run}, key=share, reverse=True)[:TOP_LAYERS]


def _layer_row(index: int, by_index: Sequence[Mapping[int, LayerRecord]], kind: CostKind) -> Row:
    layers = [of_run.get(index) for of_run in by_index]
    costs = [kind.of(layer) if layer else None for layer in layers]
    named = next(layer for layer in layers if layer)
    return Row(
        printable(f"{index} {named.op} {named.output_shape}"),
        tuple(kind.text(cost.value) if cost else _UNKNOWN for cost in costs),
        how=distinct(cost.provenance for cost in costs if cost),
        depth=1,
    )


def _notes(info: SessionInfo, runs: Sequence[RunRecord]) -> list[str]:
    """Of each board: its clock, why it has no figures, what stands behind those that are modelled."""
    return [f"{run.board}: {'; '.join(_remarks(info, run))}" for run in runs]


def _remarks(info: SessionInfo, run: RunRecord) -> list[str]:
    board = info.boards.get(run.board)
    clock = [f"{board.mcu} at {clock_frequency(board.clock_hz)}"] if board and board.clock_hz else []
    why = [f"{run.outcome}: {' '.join(run.message.split())}"] if run.message else []
    soft = ["floats in software, no FPU"] if run.soft_float else []
    no_energy = ["no energy model"] if run.cycles and not run.energy_uj else []
    return [
        *clock,
        f"engine {run.engine}",
        *([f"place {run.place}"] if run.place else []),
        *([attempts_text(run)] if run.attempts > 1 else []),
        *soft,
        *why,
        *models_named([run]),
        *timing_missing([run]),
        *no_energy,
        *meter_notes([run]),
    ]
