"""Every model of the catalogue on the native builtin engine, and every op and type of the engine in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conformance.catalogue import NAMES, catalogue_model
from conformance.comparison import check_outputs
from conformance.references import Interpreter, reference_outputs
from conformance.tally import Tally
from conformance.vectors import mixed_vectors

from harness.link.client import Device
from harness.model import Model
from harness.model.support import supported_ops

ENGINE = "builtin"
TYPE_CHANGERS = ("QUANTIZE", "DEQUANTIZE", "SHAPE")


@pytest.mark.parametrize("name", NAMES)
def test_native(native_device: Device, interpreter: Interpreter, tallies: dict[str, Tally], name: str) -> None:
    model = catalogue_model(name)
    vectors = mixed_vectors(model)
    native_device.upload(model.data)
    native_device.load(model.data)
    actual = list(native_device.infer_many(vectors))
    check_outputs(tallies[f"{ENGINE} on native"], model, actual, reference_outputs(interpreter, model, vectors))


def test_every_op_and_type_of_the_engine_is_in_the_catalogue() -> None:
    covered = {pair for name in NAMES for pair in _ops_and_types(catalogue_model(name))}
    wanted = {(name, dtype) for name, support in supported_ops(ENGINE).items() for dtype in support.types}
    assert wanted - covered == set()


def _ops_and_types(model: Model) -> Iterator[tuple[str, str]]:
    for op in model.ops:
        tensors = op.outputs if op.name not in TYPE_CHANGERS else (*op.inputs, *op.outputs)
        yield from ((op.name, tensor.dtype) for tensor in model.op_tensors(tensors))
