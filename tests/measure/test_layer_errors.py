"""What the layers of the digits suite's models lose."""

from __future__ import annotations

import numpy as np
import pytest
from support.suites import SUITES_DIR
from support.tflite_builder import TfliteBuilder

from harness.measure import array_vectors, load_suite_vectors
from harness.measure.layer_errors import layer_errors
from harness.model import read_model, read_model_file

VECTORS = load_suite_vectors(SUITES_DIR / "digits" / "vectors.npz").first(8)
FLOAT32, INT8, INT16X8 = (
    read_model_file(SUITES_DIR / "digits" / f"digits_{variant}.tflite") for variant in ("float32", "int8", "int16x8")
)
EVERY_OP = [(op.index, op.index) for op in FLOAT32.ops]


def test_a_model_loses_nothing_against_itself() -> None:
    assert layer_errors(FLOAT32, FLOAT32, VECTORS, EVERY_OP) == (0.0,) * len(EVERY_OP)


def test_wider_activations_lose_less_in_every_layer() -> None:
    int8, int16x8 = (layer_errors(FLOAT32, variant, VECTORS, EVERY_OP) for variant in (INT8, INT16X8))
    for narrow, wide in zip(int8, int16x8, strict=True):
        assert narrow is not None
        assert wide is not None
        assert 0 < wide < narrow < 0.05


def test_an_error_is_a_part_of_the_references_values_if_there_is_any() -> None:
    doubled, tripled = TfliteBuilder(), TfliteBuilder()
    for builder, times in ((doubled, 2.0), (tripled, 3.0)):
        x, y, z = builder.tensor([1, 2], "float32"), builder.tensor([1, 2], "float32"), builder.tensor([1], "float32")
        factor = builder.tensor([1], "float32", data=np.array([times], np.float32))
        builder.op("MUL", [x, factor], [y])
        builder.op("MUL", [factor, builder.tensor([1], "float32", data=np.zeros(1, np.float32))], [z])
    models = [read_model(builder.build(), "model") for builder in (doubled, tripled)]
    vectors = array_vectors(np.array([[1.0, -2.0], [3.0, 0.0]]), None, "two")
    assert layer_errors(*models, vectors, [(0, 0), (1, 1), (0, 1)]) == (pytest.approx(0.5), None, None)
