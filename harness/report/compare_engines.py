"""Runs of the same models with several engines, side by side: outputs, instructions or time, arena, flash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.measure.compare import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE
from harness.measure.records import RunRecord
from harness.report.cost import known_costs
from harness.report.cycles import model_notes
from harness.report.figures import ARENA, FIRMWARE_FLASH, inference
from harness.report.measured import REHEARSED, is_rehearsed
from harness.report.table import Comparison, Row, distinct
from harness.report.wording import EQUAL, counted, printable

TOLERANCE_NOTE = (
    f"near: floats that differ by no more than {RELATIVE_TOLERANCE:g} relative or {ABSOLUTE_TOLERANCE:g} absolute"
)


def engine_comparisons(runs: Iterable[RunRecord]) -> list[Comparison]:
    """Tables of what several engines ran of a suite on a board; in each, the first engine is the reference."""
    groups: dict[tuple[str, str], list[RunRecord]] = {}
    for run in runs:
        groups.setdefault((run.suite, run.board), []).append(run)
    return [table for group in groups.values() if len({run.engine for run in group}) > 1 for table in _tables(group)]


def engine_text(runs: Sequence[RunRecord]) -> str:
    """`builtin 0.1.0 (auto)`, of runs with one engine; versions are known where one of them started."""
    version = distinct(run.engine_version for run in runs)
    auto = " (auto)" if any(run.engine_chosen_by == "auto" for run in runs) else ""
    return f"{runs[0].engine} {version}".rstrip() + auto


def _tables(runs: Sequence[RunRecord]) -> list[Comparison]:
    """One for each set of engines that ran a variant: an engine that did not run it has no column."""
    variants: dict[tuple[str, ...], list[str]] = {}
    for variant in dict.fromkeys(run.variant for run in runs):
        engines = tuple(run.engine for run in runs if run.variant == variant)
        variants.setdefault(engines, []).append(variant)
    alone = [
        f"{name}: run with {engines[0]} alone"
        for engines, names in variants.items()
        if len(engines) == 1
        for name in names
    ]
    return [
        _comparison([run for run in runs if run.variant in names], alone)
        for engines, names in variants.items()
        if len(engines) > 1
    ]


def _comparison(runs: Sequence[RunRecord], remarks: Sequence[str]) -> Comparison:
    """Of variants that the same engines ran."""
    engines = list(dict.fromkeys(run.engine for run in runs))
    rows = []
    for variant in dict.fromkeys(run.variant for run in runs):
        rows += _rows(variant, [run for run in runs if run.variant == variant])
    near = [TOLERANCE_NOTE] if any("near" in delta for row in rows for delta in row.deltas) else []
    return Comparison(
        heading=printable(f"{runs[0].suite} on {runs[0].board}: engines compared"),
        details=(
            *([REHEARSED] if is_rehearsed(runs) else []),
            *(printable(engine_text([run for run in runs if run.engine == engine])) for engine in engines),
        ),
        variants=tuple(map(printable, engines)),
        rows=tuple(rows),
        notes=(*near, *map(printable, (*model_notes(runs), *remarks))),
    )


def _rows(variant: str, runs: Sequence[RunRecord]) -> list[Row]:
    """What the engines made of one variant."""
    figures = [*map(inference, known_costs(runs)), ARENA, FIRMWARE_FLASH]
    return [
        Row(printable(variant)),
        _outputs_row(runs),
        *(replace(figure, depth=1).row(runs) for figure in figures),
    ]


def _outputs_row(runs: Sequence[RunRecord]) -> Row:
    vectors = distinct(str(run.vectors) for run in runs)
    return Row(
        f"output bytes of {counted(vectors, 'vector')}",
        cells=tuple(f"{run.output_bytes:,}" if run.output_bytes else run.outcome for run in runs),
        deltas=tuple(_outputs_delta(run, runs[0]) for run in runs[1:]),
        depth=1,
    )


def _outputs_delta(run: RunRecord, reference: RunRecord) -> str:
    if run.reference_engine != reference.engine or run.reference_equal is None:
        return "not compared"
    if different := run.vectors - run.reference_equal:
        return f"{different} of {run.vectors} differ"
    return f"near, {run.reference_max_difference:.1g} apart" if run.reference_different_bytes else EQUAL
