"""What the reader says of files that a builder or the official schema code also knows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.models import SMALL_CNN_OPS, small_cnn
from support.tflite_builder import NO_TENSOR, TfliteBuilder, pack
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from harness.errors import ModelError
from harness.model import Model, Quantization, read_model, read_model_file

TYPE_NAMES = {number: name.lower() for name, number in vars(schema.TensorType).items() if not name.startswith("_")}
OP_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def assert_matches_schema(model: Model, data: bytes) -> None:
    """Everything the reader says equals what the official schema code reads."""
    official: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    graph = official.subgraphs[0]
    assert model.inputs == tuple(graph.inputs)
    assert model.outputs == tuple(graph.outputs)
    for op, other in zip(model.ops, graph.operators, strict=True):
        code = official.operatorCodes[other.opcodeIndex]
        assert op.name == OP_NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]
        assert op.version == code.version
        assert (op.inputs, op.outputs) == (tuple(other.inputs), tuple(other.outputs))
    for tensor, other in zip(model.tensors, graph.tensors, strict=True):
        stored = official.buffers[other.buffer].data
        assert tensor.name == other.name.decode()
        assert tensor.shape == tuple(other.shape if other.shape is not None else ())
        assert tensor.dtype == TYPE_NAMES[other.type]
        assert tensor.is_constant == (stored is not None and len(stored) > 0)
        assert not tensor.is_constant or tensor.bytes == len(stored)
        scales = () if other.quantization is None or other.quantization.scale is None else other.quantization.scale
        assert (tensor.quantization.scales if tensor.quantization else ()) == tuple(scales)
        if tensor.quantization:
            assert tensor.quantization.zero_points == tuple(other.quantization.zeroPoint)
            assert tensor.quantization.axis == other.quantization.quantizedDimension


def test_reads_what_the_schema_code_reads(cnn: Model) -> None:
    assert_matches_schema(cnn, cnn.data)
    assert [op.name for op in cnn.ops] == SMALL_CNN_OPS
    assert cnn.sha256 == hashlib.sha256(cnn.data).hexdigest()
    assert cnn.variant == cnn.name
    assert cnn.input_bytes == 64 * (4 if cnn.name == "float32" else 1)
    assert cnn.output_bytes == 5 * (4 if cnn.name == "float32" else 1)


@pytest.mark.parametrize("name", ["kws_ref_model", "ad01_int8", "ad01_fp32", "kws_ref_model_float32"])
def test_reads_the_mlperf_models(mlperf_dir: Path, name: str) -> None:
    model = read_model_file(mlperf_dir / f"{name}.tflite")
    assert_matches_schema(model, model.data)
    variants = {"ad01_fp32": "float32", "kws_ref_model_float32": "mixed"}
    assert model.variant == variants.get(name, "int8")


@given(
    shape=st.lists(st.integers(1, 9), max_size=5),
    dtype=st.sampled_from(["float32", "int8", "int16", "int32", "int64", "uint8", "bool"]),
    name=st.text(max_size=20),
)
def test_reads_any_tensor(shape: list[int], dtype: str, name: str) -> None:
    b = TfliteBuilder()
    b.tensor(shape, dtype, name=name)
    data = b.build()
    assert_matches_schema(read_model(data, "one tensor"), data)


def test_reads_per_channel_quantization() -> None:
    b = TfliteBuilder()
    index = b.tensor([3, 2], "int8", scale=[0.5, 0.25], zero_point=[1, -1], axis=1)
    assert read_model(b.build(), "m").tensors[index].quantization == Quantization((0.5, 0.25), (1, -1), 1)


def test_reads_ops_beyond_the_one_byte_code_and_custom_ops() -> None:
    b = TfliteBuilder()
    x, y, z = (b.tensor([4], "float32") for _ in range(3))
    b.op("GELU", [x], [y])
    b.op("MyOp", [y, NO_TENSOR], [z], version=7)
    gelu, custom = read_model(b.build(), "m").ops
    assert (gelu.name, gelu.is_custom) == ("GELU", False)
    assert (custom.name, custom.is_custom, custom.version) == ("MyOp", True, 7)
    assert custom.inputs == (y, NO_TENSOR)


def one_op(op: str, x_dtype: str, weights_dtype: str, y_dtype: str) -> Model:
    b = TfliteBuilder()
    x = b.tensor([1, 4], x_dtype, scale=None if x_dtype == "float32" else 0.5)
    weights = b.tensor([2, 4], weights_dtype, scale=None if weights_dtype == "float32" else 0.5, data=[[1] * 4] * 2)
    y = b.tensor([1, 2], y_dtype, scale=None if y_dtype == "float32" else 0.5)
    b.op(op, [x, weights], [y])
    return read_model(b.build(), "m")


@pytest.mark.parametrize(
    ("dtypes", "variant"),
    [
        (("float32", "float32", "float32"), "float32"),
        (("int8", "int8", "int8"), "int8"),
        (("int16", "int8", "int16"), "int16x8"),
        (("uint8", "uint8", "uint8"), "uint8"),
        (("float32", "int8", "float32"), "mixed"),
        (("float32", "float32", "int8"), "mixed"),
    ],
)
def test_variant(dtypes: tuple[str, str, str], variant: str) -> None:
    model = one_op("FULLY_CONNECTED", *dtypes)
    assert model.variant == variant
    assert model.is_hybrid(model.ops[0]) == (dtypes == ("float32", "int8", "float32"))


def test_state_does_not_decide_the_variant() -> None:
    b = TfliteBuilder()
    x, y = (b.tensor([1, 2], "int8", scale=0.5) for _ in range(2))
    weights = [b.tensor([2, 2], dtype, scale=0.5, data=[[1] * 2] * 2) for dtype in ("int8", "int16")]
    state = b.tensor([1, 4], "int16", scale=0.5, is_variable=True)
    b.op("SVDF", [x, *weights, NO_TENSOR, state], [y], rank=1)
    assert read_model(b.build(), "m").variant == "int8"


def test_quantize_and_dequantize_do_not_decide_the_variant() -> None:
    b = TfliteBuilder()
    x = b.tensor([4], "float32")
    q, r = (b.tensor([4], "int8", scale=0.5) for _ in range(2))
    y = b.tensor([4], "float32")
    b.op("QUANTIZE", [x], [q])
    b.op("SOFTMAX", [q], [r])
    b.op("DEQUANTIZE", [r], [y])
    assert read_model(b.build(), "m").variant == "int8"


def test_dequantized_weights_are_not_hybrid() -> None:
    b = TfliteBuilder()
    x, w, y = b.tensor([1, 4], "float32"), b.tensor([2, 4], "float32"), b.tensor([1, 2], "float32")
    stored = b.tensor([2, 4], "int8", scale=0.5, data=[[1] * 4] * 2)
    b.op("DEQUANTIZE", [stored], [w])
    b.op("FULLY_CONNECTED", [x, w], [y])
    model = read_model(b.build(), "m")
    assert model.variant == "float32"
    assert not any(model.is_hybrid(op) for op in model.ops)


def test_dynamic_shape_and_control_flow_are_seen() -> None:
    b = TfliteBuilder()
    x, y = b.tensor([-1, 4], "float32"), b.tensor([1, 4], "float32", shape_signature=[-1, 4])
    b.op("SOFTMAX", [x], [y])
    official = b.model_object()
    official.subgraphs.append(official.subgraphs[0])
    model = read_model(pack(official), "m")
    assert not model.tensors[x].is_static
    assert model.tensors[x].bytes == 0
    assert model.tensors[y].is_static  # executed with the shape that stands there
    assert model.subgraph_count == 2


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.tflite: No such file"):
        read_model_file(tmp_path / "gone.tflite")


def test_file_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cnn.tflite"
    path.write_bytes(small_cnn("int8"))
    assert read_model_file(path).name == "cnn.tflite"
