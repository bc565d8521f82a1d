"""Compare a device with the official interpreter, output by output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from conformance.references import Interpreter
from conformance.tally import Tally
from conformance.vectors import mixed_vectors
from numpy.typing import NDArray

from harness.link.client import Device
from harness.measure.compare import elements_agree
from harness.model import Model, Tensor, read_model, split_outputs

Conform = Callable[..., None]


def compare(
    device: Device, interpreter: Interpreter, tally: Tally, model_bytes: bytes, vectors: Sequence[bytes] | None = None
) -> None:
    """Run a model on the device and on the official interpreter: int8 must be equal, float32 close.

    Args:
        device: a started device whose model slot is writable.
        interpreter: what it is compared with.
        tally: counts what agreed.
        model_bytes: a `.tflite` file.
        vectors: encoded inputs; where None, random and extreme ones.
    """
    model = read_model(model_bytes, "model")
    vectors = mixed_vectors(model) if vectors is None else vectors
    expected = interpreter.outputs(model, vectors)
    device.upload(model_bytes)
    loaded = device.load(model_bytes)
    assert sum(part.bytes for part in device.arena_parts()) == loaded.arena_used_bytes
    check_outputs(tally, model, list(device.infer_many(vectors)), expected)


def check_outputs(tally: Tally, model: Model, actual: Sequence[bytes], expected: Sequence[bytes]) -> None:
    """Assert that the outputs of each vector agree, and count them."""
    assert len(actual) == len(expected)
    for number, (got, wanted) in enumerate(zip(actual, expected, strict=True)):
        outputs = zip(model.output_tensors, split_outputs(got, model), split_outputs(wanted, model), strict=True)
        for tensor, values, reference in outputs:
            assert_conforms(tensor, values, reference, number)
    tally.models += 1
    tally.ops += len(model.ops)
    tally.vectors += len(expected)
    tally.output_bytes += len(expected) * model.output_bytes


def assert_conforms(tensor: Tensor, values: NDArray[Any], reference: NDArray[Any], vector: int) -> None:
    """Name the first element that differs."""
    wrong = np.argwhere(~elements_agree(values, reference))
    if len(wrong):
        first = tuple(int(index) for index in wrong[0])
        raise AssertionError(
            f"{tensor.name}: vector {vector}: {len(wrong)} of {values.size} elements differ, "
            f"at {first}: {values[first]!r}, the official interpreter gives {reference[first]!r}"
        )
