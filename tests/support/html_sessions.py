"""A session of the digits suite as pages show it: its models are real, its figures nobody measured."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from support.session_records import INFO, int8_run, modelled_layers, modelled_run, run_record, vector_record
from support.suites import SUITES_DIR

from harness.measure.records import Provenance, Quantity, RunRecord, VectorRecord
from harness.model import Model, activation_bytes, op_macs, read_model_file
from harness.report import Records, SessionTables

VECTORS = 40
PERSISTENT_BYTES = 672
WRONG = {"float32": {3, 5, 8}, "int8": {3, 5}}  # vectors whose answer is the next class


def digits_file(variant: str) -> Path:
    return SUITES_DIR / "digits" / f"digits_{variant}.tflite"


def digits_session() -> SessionTables:
    """float32 and int8 on an emulated board; int8 gets one vector more right."""
    records = Records()
    for run in (run_record(), int8_run()):
        model = read_model_file(digits_file(run.variant))
        of_model = _run_of(run, model)
        records.add_run(of_model)
        for layer in modelled_layers(of_model, _ops(model)):
            records.add_layer(layer)
        for vector in range(VECTORS):
            records.add_vector(_vector(of_model, vector))
    return records.tables(INFO)


def _run_of(run: RunRecord, model: Model) -> RunRecord:
    planned = activation_bytes(model)
    return modelled_run(
        run,
        model_sha256=model.sha256,
        vectors=VECTORS,
        vectors_total=VECTORS,
        accuracy=Quantity(1 - len(WRONG[run.variant]) / VECTORS, Provenance.EMULATED),
        arena_bytes=Quantity(planned + PERSISTENT_BYTES, Provenance.EMULATED),
        arena_parts=f'{{"activations": {planned}}}',
    )


def _ops(model: Model) -> list[tuple[str, str, int]]:
    """Name, output shape and MACs of each."""
    shapes = ["x".join(map(str, model.tensors[op.outputs[0]].shape)) for op in model.ops]
    return [(op.name, shape, op_macs(model, op)) for op, shape in zip(model.ops, shapes, strict=True)]


def _vector(run: RunRecord, number: int) -> VectorRecord:
    record = vector_record(run, number)
    assert record.label is not None
    if number not in WRONG[run.variant]:
        return record
    return replace(record, predicted=(record.label + 1) % 10, correct=False)
