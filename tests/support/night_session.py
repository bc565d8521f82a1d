"""Sessions as runs of a suite on this computer would leave them."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from support.session_records import INFO, run_record

from harness.measure.records import Provenance, Quantity, RunRecord, WindowRecord
from harness.report import SessionWriter


def native_run(suite: str, accuracy: float = 0.9, **changes: object) -> RunRecord:
    """A run of a suite on this computer, with `changes`."""
    figure = Quantity(accuracy, Provenance.HOST)
    return run_record(suite=suite, board="native", target="native", accuracy=figure, **changes)


def write_session(folder: Path, *records: RunRecord | WindowRecord) -> None:
    """A session of these records that ended, in a new folder, whose name is its id."""
    folder.mkdir(parents=True)
    writer = SessionWriter(folder, replace(INFO, id=folder.name))
    for record in records:
        if isinstance(record, RunRecord):
            writer.add_run(record)
        else:
            writer.add_window(record)
    writer.finish("passed")
