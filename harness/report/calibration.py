"""Find the predictions that stand beside what was measured on silicon, row by row."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeGuard

from harness.errors import ReportError
from harness.measure.calibration import Sample
from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord
from harness.report.find import list_sessions
from harness.report.store import read_session
from harness.report.tables import RunKey, SessionTables, run_key

MINIMUM_LAYERS = 5


class _Code(NamedTuple):
    """What must be equal for a prediction to be of the same instructions."""

    key: RunKey
    model_sha256: str
    engine_version: str
    toolchain: str


@dataclass(frozen=True)
class Samples:
    """The measured runs and layers of one board, each with its prediction from the session `modelled`.

    Attributes:
        cycle_scale: that the predictions were made with.
    """

    modelled: str
    clock_hz: int
    cycle_scale: float
    rows: tuple[Sample, ...]


def measured_boards(session: SessionTables) -> list[str]:
    """The boards of which the session has measured times.

    Raises:
        ReportError: there is none.
    """
    boards = [run.board for run in session.run_records if _has(run.latency_us, Provenance.MEASURED)]
    if not boards:
        rehearsed = any(_has(run.latency_us, Provenance.REHEARSED) for run in session.run_records)
        why = "was rehearsed on a stand-in for hardware" if rehearsed else "has no measured times"
        raise ReportError(f"session {session.info.id} {why}", "name a session that ran on an attached board")
    return list(dict.fromkeys(boards))


def pair_samples(measured: SessionTables, modelled: SessionTables, board: str) -> Samples:
    """What both sessions have of `board`.

    Raises:
        ReportError: nothing or too little is in both, or a measured number makes no sense.
    """
    predictions = {_code(run): run for run in modelled.run_records if _has(run.cycles, Provenance.MODELLED)}
    runs = [
        (run, predictions[_code(run)])
        for run in measured.run_records
        if run.board == board and _has(run.latency_us, Provenance.MEASURED) and _code(run) in predictions
    ]
    if not runs:
        raise ReportError(
            f"session {modelled.info.id} predicts no run on {board} that session {measured.info.id} measured",
            "predict with the same models, engine and compiler",
        )
    keys = {run_key(run) for run, _ in runs}
    layers = _layer_pairs(measured, modelled, keys)
    if len(layers) < MINIMUM_LAYERS:
        raise ReportError(
            f"{board}: {len(layers)} layers are measured and predicted; a fit needs {MINIMUM_LAYERS} or more",
            "measure a suite with more layers, e.g. suites/digits",
        )
    clock_hz = _clock_hz(measured, modelled, board)
    voltages = {run_key(run): run.supply_v for run, _ in runs}
    rows = [_sample(f"{run_key(run)}", run, prediction, run.supply_v) for run, prediction in runs]
    rows += [
        _sample(f"{run_key(layer)}, op {layer.op_index}", layer, prediction, voltages[run_key(layer)])
        for layer, prediction in layers
    ]
    return Samples(modelled.info.id, clock_hz, _cycle_scale(runs[0][1], clock_hz), tuple(rows))


def newest_samples(reports_dir: Path, measured: SessionTables, board: str) -> Samples:
    """The measured rows of `board` beside those of the newest session that predicts them.

    Raises:
        ReportError: no session does; the fix is the command that makes one.
    """
    for folder, info in reversed(list_sessions(reports_dir).items()):
        if board not in info.boards or info.id == measured.info.id:
            continue
        modelled = read_session(folder)
        wanted = {_code(run) for run in measured.run_records if run.board == board}
        if any(_code(run) in wanted and _has(run.cycles, Provenance.MODELLED) for run in modelled.run_records):
            return pair_samples(measured, modelled, board)
    raise ReportError(
        f"no session in {reports_dir} predicts what session {measured.info.id} measured on {board}",
        f"make one: {shlex.join(measured.info.command)} --target=emulated",
    )


def _layer_pairs(
    measured: SessionTables, modelled: SessionTables, keys: set[RunKey]
) -> list[tuple[LayerRecord, LayerRecord]]:
    predictions = {
        (run_key(layer), layer.op_index, layer.op): layer
        for layer in modelled.layer_records
        if _has(layer.cycles, Provenance.MODELLED)
    }
    return [
        (layer, prediction)
        for layer in measured.layer_records
        if run_key(layer) in keys
        and _has(layer.latency_us, Provenance.MEASURED)
        and layer.latency_us.value != 0  # shorter than a tick of the timer: says nothing
        and (prediction := predictions.get((run_key(layer), layer.op_index, layer.op)))
    ]


def _sample(
    name: str, measured: RunRecord | LayerRecord, prediction: RunRecord | LayerRecord, supply_v: float | None
) -> Sample:
    assert measured.latency_us and prediction.cycles  # pairs are made of those that have them
    energy = measured.energy_uj if _is_measured_energy(measured) else None
    return Sample(
        cycles=_sensible(f"{name}: cycles", prediction.cycles),
        flash_reads=float(prediction.flash_reads.value) if prediction.flash_reads else 0.0,
        latency_us=_sensible(f"{name}: latency_us", measured.latency_us),
        energy_uj=_sensible(f"{name}: energy_uj", energy) if energy else None,
        supply_v=supply_v,
    )


def _is_measured_energy(measured: RunRecord | LayerRecord) -> bool:
    """Not one with samples missing, nor a layer's that is only its share of the time."""
    whole = not measured.energy_incomplete if isinstance(measured, RunRecord) else measured.energy_by != "time"
    return whole and _has(measured.energy_uj, Provenance.MEASURED)


def _sensible(name: str, quantity: Quantity) -> float:
    if not 0 < quantity.value < math.inf:
        raise ReportError(f"{name} is {quantity.value}", "measure again: it must be more than 0")
    return float(quantity.value)


def _clock_hz(measured: SessionTables, modelled: SessionTables, board: str) -> int:
    clocks = [session.info.boards[board].clock_hz for session in (measured, modelled)]
    if clocks[0] != clocks[1] or not clocks[0]:
        raise ReportError(
            f"{board} ran at {clocks[0]} Hz in session {measured.info.id}, at {clocks[1]} Hz in {modelled.info.id}",
            "predict with the clock_hz that was measured with",
        )
    return clocks[0]


def _cycle_scale(prediction: RunRecord, clock_hz: int) -> float:
    assert prediction.latency_us and prediction.cycles  # a run with modelled cycles has both
    return round(prediction.latency_us.value * clock_hz / 1e6 / prediction.cycles.value, 4)


def _code(run: RunRecord) -> _Code:
    return _Code(run_key(run), run.model_sha256, run.engine_version, run.toolchain)


def _has(quantity: Quantity | None, provenance: Provenance) -> TypeGuard[Quantity]:
    return quantity is not None and quantity.provenance is provenance
