"""From a session's records to its comparison tables: variants of a suite on a board with an engine."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from harness.measure.records import Provenance, RunRecord
from harness.report.agreement import Agreement, agreement
from harness.report.answers import answer
from harness.report.attempts import attempt_notes, flakiness, place_details
from harness.report.compare_boards import board_comparisons
from harness.report.compare_engines import engine_comparisons, engine_text
from harness.report.cost import CYCLES, INSTRUCTIONS, CostKind, known_costs, layer_costs, time_of
from harness.report.cycles import class_rows, model_notes, timing_missing
from harness.report.figures import inference, judged, layers_sum, memory
from harness.report.layers import layer_rows
from harness.report.measured import REHEARSED, is_rehearsed, measured_notes, meter_rows, window_rows
from harness.report.session import BoardInfo, SessionInfo
from harness.report.table import Comparison, Row, distinct
from harness.report.tables import SessionTables, run_key
from harness.report.wording import clock_frequency, counted, printable

FULL_PRECISION = "float32"  # the reference of the other variants, in whatever order they ran
HOST_NOTE = "host: timed on this computer, says nothing about a microcontroller"


def comparisons(tables: SessionTables) -> list[Comparison]:
    """One table for each suite, board and engine, in the order in which they ran; then those that compare engines."""
    groups = variant_groups(tables)
    runs = [run for group in groups for run in group]
    of_variants = [compare_variants(tables, group) for group in groups]
    return [*of_variants, *engine_comparisons(runs), *board_comparisons(tables)]


def variant_groups(tables: SessionTables) -> list[list[RunRecord]]:
    """The variants of each suite on each board with each engine, in the order in which they ran, float32 first."""
    order = list(dict.fromkeys(_group(run) for run in tables.run_records))
    runs = sorted(tables.run_records, key=lambda run: (order.index(_group(run)), run.variant != FULL_PRECISION))
    return [list(group) for _, group in groupby(runs, key=_group)]


def session_lines(tables: SessionTables) -> list[str]:
    """What is to say of the session as a whole: its outcome, the runs that broke off, those attempted again, and what
    cannot be read.
    """
    return [
        f"session {tables.info.id}: {tables.info.outcome_text}",
        *(printable(f"{key}: {stop}") for key, stop in tables.stops.items()),
        *map(printable, flakiness(tables.run_records)),
        *(printable(f"{tables.info.id}: {piece}") for piece in tables.malformed),
    ]


def _group(run: RunRecord) -> tuple[str, str, str]:
    return run.suite, run.board, run.engine


def compare_variants(tables: SessionTables, runs: list[RunRecord]) -> Comparison:
    """One of the `variant_groups` as a table."""
    layers = {run.variant: [layer for layer in tables.layer_records if run_key(layer) == run_key(run)] for run in runs}
    rows = [*_outcome_rows(runs), *_metric_rows(runs)]
    for kind in known_costs(runs) or [INSTRUCTIONS]:
        rows += [inference(kind).row(runs), *_range_rows(runs, kind)]
        rows += window_rows(runs) if kind is time_of(runs) else []
        rows += class_rows(runs) if kind is CYCLES else []
    rows += meter_rows(runs)
    for kind in layer_costs([layer for of_run in layers.values() for layer in of_run]):
        if found := layer_rows(list(layers.values()), kind):
            rows += [*found, layers_sum(kind, layers).row(runs)]
    limits = tables.info.boards[runs[0].board].limits if runs[0].board in tables.info.boards else {}
    rows += [figure.row(runs) for figure in memory(limits)]
    return Comparison(
        heading=printable(f"{runs[0].suite} on {runs[0].board} with {runs[0].engine}"),
        details=tuple(map(printable, _details(tables.info, runs))),
        variants=tuple(printable(run.variant) for run in runs),
        rows=tuple(rows),
        notes=tuple(map(printable, (*_notes(runs, rows), *measured_notes(tables, runs)))),
        answers=tuple(map(printable, _answers(tables, runs))),
    )


def agreements(tables: SessionTables, runs: list[RunRecord]) -> dict[str, Agreement]:
    """Of variants with the first of `runs`, where both gave classes."""
    reference, *others = (tables.vectors_by_run.get(run_key(run), ()) for run in runs)
    found = {run.variant: agreement(reference, vectors) for run, vectors in zip(runs[1:], others, strict=True)}
    return {variant: each for variant, each in found.items() if each}


def _answers(tables: SessionTables, runs: list[RunRecord]) -> list[str]:
    found = agreements(tables, runs)
    return [answer(runs[0], run, found.get(run.variant)) for run in runs[1:]]


def _details(info: SessionInfo, runs: list[RunRecord]) -> list[str]:
    """What the figures are of: board, target, engine and vectors, compiler."""
    engine = engine_text(runs)
    commit = f"commit {info.checkout}" if info.checkout else "no git checkout"
    toolchain = distinct(run.toolchain for run in runs)
    return [
        *([REHEARSED] if is_rehearsed(runs) else []),
        *([_board_line(info.boards[runs[0].board])] if runs[0].board in info.boards else []),
        distinct(f"target {run.target}: {run.target_description}" for run in runs),
        *place_details(runs),
        f"engine {engine}, {_vectors(runs)}, {commit}",
        *([f"firmware by {toolchain}"] if toolchain else []),
    ]


def _vectors(runs: list[RunRecord]) -> str:
    """`397 vectors`, and where they are from if that is no file of a suite's."""
    source = distinct(run.vectors_source for run in runs)
    count = counted(max(run.vectors_total for run in runs), "vector")
    return f"{count} ({source})" if source else count


def _board_line(board: BoardInfo) -> str:
    """`ST B-L475E-IOT01A discovery kit: STM32L475VGT6 at 80 MHz`."""
    clock = f": {board.mcu} at {clock_frequency(board.clock_hz)}" if board.clock_hz else ""
    return f"{board.description}{clock}"


def _outcome_rows(runs: list[RunRecord]) -> list[Row]:
    """Worth a row only where something did not pass."""
    if all(run.outcome == "passed" for run in runs):
        return []
    return [_text_row("outcome", runs, lambda run: "stopped" if run.outcome == "running" else run.outcome)]


def _metric_rows(runs: list[RunRecord]) -> list[Row]:
    metric = runs[0].metric
    answered = {run.vectors for run in runs}
    if len(answered) == 1:
        rows = [judged(metric, counted(answered.pop(), "vector")).row(runs)]
    else:
        counts = _text_row("vectors answered", runs, lambda run: f"{run.vectors} of {run.vectors_total}")
        rows = [counts, judged(metric, "those").row(runs)]
    if any(run.oracle_equal is not None for run in runs):
        rows.append(_text_row("equal to the oracle", runs, _oracle_cell))
    return rows


def _oracle_cell(run: RunRecord) -> str:
    return "not asked" if run.oracle_equal is None else f"{run.oracle_equal} of {run.vectors}"


def _range_rows(runs: list[RunRecord], kind: CostKind) -> list[Row]:
    """The least and the greatest of the windows, where they differ."""

    def cell(run: RunRecord) -> str:
        low, high = kind.range_of(run)
        return "not timed" if low is None or high is None else f"{kind.text(low)}-{kind.text(high)}"

    if all(low == high for low, high in map(kind.range_of, runs)):
        return []
    windows = counted(max(run.repeats for run in runs), "window")
    return [_text_row(f"range of {windows}", runs, cell, depth=1)]


def _text_row(label: str, runs: list[RunRecord], cell: Callable[[RunRecord], str], depth: int = 0) -> Row:
    """A row that is not compared."""
    return Row(label, tuple(map(cell, runs)), ("",) * (len(runs) - 1), depth=depth)


def _notes(runs: list[RunRecord], rows: list[Row]) -> list[str]:
    """Why runs did not pass or were not judged, what went wrong on the line, what figures are worth."""
    reasons = [f"{run.variant}: {run.outcome}: {' '.join(run.message.split())}" for run in runs if run.message]
    reasons += [
        f"{run.variant}: the line lost something {run.line_faults} times; it was sent again"
        for run in runs
        if run.line_faults
    ]
    soft = [run.variant for run in runs if run.soft_float]
    softened = [f"floats in software, no FPU: {', '.join(soft)}"] if soft else []
    hosted = [HOST_NOTE] if any(row.how == Provenance.HOST for row in rows) else []
    return [*reasons, *attempt_notes(runs), *softened, *model_notes(runs), *timing_missing(runs), *hosted]
