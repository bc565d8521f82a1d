"""What `builtin` can run, read from its own list of ops."""

from __future__ import annotations

from typing import Any

import pytest
from numpy.typing import ArrayLike
from support.tflite_builder import NO_TENSOR, TfliteBuilder, pack
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from harness.errors import ConfigError
from harness.model import Model, read_model
from harness.model.schema import BUILTIN_OPERATORS
from harness.model.support import op_trouble, supported_ops


def test_the_engine_lists_its_ops() -> None:
    ops = supported_ops("builtin")
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "SOFTMAX", "RESHAPE"} <= set(ops)
    assert set(ops) <= set(BUILTIN_OPERATORS)


def test_unknown_engine() -> None:
    with pytest.raises(ConfigError, match=r"engine_nonesuch.ops\.def: No such file"):
        supported_ops("nonesuch")


def test_small_cnn_is_supported(cnn: Model) -> None:
    assert [op_trouble(cnn, op, "builtin") for op in cnn.ops] == [""] * len(cnn.ops)


def weights(dtype: str) -> ArrayLike:
    """2 x 2 constants; numpy has no int4, of which two share a byte."""
    return bytes(2) if dtype == "int4" else [[1, 1], [1, 1]]


def one_op(name: str, dtypes: list[str], **options: Any) -> Model:
    """The op on inputs of these types (the second one a constant) with an output of the last type."""
    b = TfliteBuilder()
    *inputs, result = dtypes
    indices = [
        b.tensor(
            [2, 2], dtype, scale=None if dtype == "float32" else 0.5, data=weights(dtype) if position == 1 else None
        )
        for position, dtype in enumerate(inputs)
    ]
    output = b.tensor([2, 2], result, scale=None if result == "float32" else 0.5)
    b.op(name, [*indices, NO_TENSOR], [output], **options)
    return read_model(b.build(), "m")


@pytest.mark.parametrize(
    ("name", "dtypes", "trouble"),
    [
        ("FULLY_CONNECTED", ["float32", "float32", "float32"], ""),
        ("FULLY_CONNECTED", ["int8", "int8", "int8"], ""),
        ("FULLY_CONNECTED", ["float32", "int8", "float32"], "hybrid: float32 values meet quantized weights"),
        ("FULLY_CONNECTED", ["int16", "int8", "int16"], ""),
        ("HARD_SWISH", ["int16", "int16"], "builtin has no HARD_SWISH of int16"),
        ("FULLY_CONNECTED", ["int8", "int4", "int8"], "builtin has no FULLY_CONNECTED of int4 and int8"),
        ("ADD", ["int32", "int32", "int32"], "builtin has no ADD of int32"),
        ("ADD", ["int16", "int16", "int16"], ""),
        ("ADD", ["int16", "int16", "int8"], "builtin has no ADD of int16 and int8"),
        ("QUANTIZE", ["float32", "int8"], ""),
        ("QUANTIZE", ["int16", "int32"], ""),
        ("QUANTIZE", ["int8", "int8"], ""),
        ("DEQUANTIZE", ["int8", "float32"], ""),
        ("DEQUANTIZE", ["int16", "float32"], ""),
        ("DEQUANTIZE", ["uint8", "float32"], "builtin has no DEQUANTIZE of float32 and uint8"),
        ("SOFTMAX", ["int8", "float32"], "builtin has no SOFTMAX of float32 and int8"),
        ("SVDF", ["int8", "int8", "int16", "int8"], ""),
        ("SVDF", ["int8", "int8", "int8", "int8"], ""),
        ("ATAN2", ["float32", "float32", "float32"], "builtin has no ATAN2"),
        ("MyOp", ["float32", "float32"], "builtin has no custom op MyOp"),
    ],
)
def test_types(name: str, dtypes: list[str], trouble: str) -> None:
    model = one_op(name, dtypes)
    assert op_trouble(model, model.ops[0], "builtin") == trouble


def test_custom_op_with_the_name_of_a_known_one() -> None:
    official = TfliteBuilder()
    official.op("CONV", [], [official.tensor([1], "float32")])
    changed = official.model_object()
    changed.operatorCodes[0].customCode = "CONV_2D"
    model = read_model(pack(changed), "m")
    assert op_trouble(model, model.ops[0], "builtin") == "builtin has no custom op CONV_2D"


@pytest.mark.parametrize("shape", [[-1, 4], [0, 4]])
def test_shape_known_only_at_run_time(shape: list[int]) -> None:
    b = TfliteBuilder()
    x, y = b.tensor(shape, "float32", name="open"), b.tensor([1, 4], "float32")
    b.op("SOFTMAX", [x], [y])
    model = read_model(b.build(), "m")
    wanted = f"the shape of 'open' (float32 {shape[0]}x4) is dynamic or empty"
    assert op_trouble(model, model.ops[0], "builtin") == wanted


def test_sparse_weights() -> None:
    b = TfliteBuilder()
    x, w, y = b.tensor([1, 4], "float32"), b.tensor([2, 4], "float32", data=[[0] * 4] * 2), b.tensor([1, 2], "float32")
    b.op("FULLY_CONNECTED", [x, w], [y])
    official = b.model_object()
    official.subgraphs[0].tensors[w].sparsity = schema.SparsityParametersT()
    model = read_model(pack(official), "m")
    assert op_trouble(model, model.ops[0], "builtin") == "'t1' (float32 2x4) is sparse"
