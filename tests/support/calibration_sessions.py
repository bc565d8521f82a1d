"""A session of predictions, and one as it would be measured on silicon that is slower and thirstier."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace
from support.session_records import INFO, int8_run, layer_records, run_record

from harness.measure.records import LayerRecord, Provenance, Quantity, RunRecord
from harness.report import SessionWriter
from harness.report.schema import Record

CLOCK_HZ = 80_000_000
SCALE = 1.13
CURRENT_UA_PER_MHZ = 140.0
SUPPLY_V = 3.0
NOISE = (0.01, -0.008, 0.003, 0.0, -0.004)  # of the rows in turn


def predicted(record: RunRecord | LayerRecord) -> Record:
    """With 1.5 cycles an instruction."""
    assert record.instructions
    cycles = record.instructions.value * 3 // 2
    return replace(
        record,
        cycles=Quantity(cycles, Provenance.MODELLED),
        latency_us=Quantity(cycles / CLOCK_HZ * 1e6, Provenance.MODELLED),
    )


def on_silicon(record: RunRecord | LayerRecord, noise: float) -> Record:
    """The same, measured."""
    assert record.instructions
    latency_us = record.instructions.value * 1.5 / CLOCK_HZ * 1e6 * SCALE * (1 + noise)
    energy_uj = SUPPLY_V * CURRENT_UA_PER_MHZ * CLOCK_HZ / 1e6 * latency_us / 1e6
    return replace(
        record,
        instructions=None,
        cycles=None,
        latency_us=Quantity(latency_us, Provenance.MEASURED),
        energy_uj=Quantity(energy_uj, Provenance.MEASURED),
    )


def rows() -> list[RunRecord | LayerRecord]:
    runs = [run_record(), int8_run()]
    return [*runs, *(layer for run in runs for layer in layer_records(run))]


def predicted_rows() -> list[Record]:
    return [predicted(row) for row in rows()]


def measured_rows() -> list[Record]:
    measured = [on_silicon(row, NOISE[index % len(NOISE)]) for index, row in enumerate(rows())]
    return [replace(row, target="attached") if isinstance(row, RunRecord) else row for row in measured]


def write_session(folder: Path, records: Sequence[Record], *, started: str = "2026-01-02T03:04:05+00:00") -> Path:
    """A finished session of that name with these rows."""
    folder.mkdir(parents=True)
    writer = SessionWriter(folder, replace(INFO, id=folder.name, started=started))
    for record in records:
        if isinstance(record, RunRecord):
            writer.add_run(record)
        elif isinstance(record, LayerRecord):
            writer.add_layer(record)
    writer.finish("passed")
    return folder
