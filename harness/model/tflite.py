"""Read a `.tflite` file: every offset, index and size is checked, a bad file ends in a ModelError."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ModelError
from harness.model.flatbuffer import Buffer, Table
from harness.model.graph import Model, Op, Quantization, Tensor
from harness.model.schema import (
    BUILTIN_OPERATORS,
    CUSTOM,
    FILE_IDENTIFIER,
    SCHEMA_VERSION,
    TENSOR_TYPES,
    BufferField,
    ModelField,
    OperatorCodeField,
    OperatorField,
    QuantizationField,
    SubGraphField,
    TensorField,
)

__all__ = ["Model", "Op", "Quantization", "Tensor", "read_model", "read_model_file"]

_DATA_ALIGNMENT_BYTES = 4  # of a FlatBuffer's vectors; the schema demands 16, which not every converter keeps
_MAX_RANK = 8  # no TensorFlow Lite kernel takes more


def read_model(data: bytes, name: str) -> Model:
    """The model in `data`.

    Args:
        data: a `.tflite` file.
        name: what messages and tables call it.

    Raises:
        ModelError: `data` is not a `.tflite` file, is damaged, or contradicts itself; says at which byte.
    """
    if not data:
        raise ModelError(f"{name}: is empty", "give a TensorFlow Lite model")
    if data[4:8] != FILE_IDENTIFIER:
        raise ModelError(
            f"{name}: byte 4: not a .tflite file: {FILE_IDENTIFIER.decode()!r} expected", "give a TensorFlow Lite model"
        )
    root = Buffer(data, name).root()
    version = root.integer(ModelField.VERSION, "<I")
    if version != SCHEMA_VERSION:
        root.fail(f"schema version {version}; this harness reads version {SCHEMA_VERSION}")
    subgraphs = list(root.tables(ModelField.SUBGRAPHS))
    if not subgraphs:
        root.fail("no subgraph")
    codes = [_operator_code(table) for table in root.tables(ModelField.OPERATOR_CODES)]
    data_spans = [_data_span(table) for table in root.tables(ModelField.BUFFERS)]
    graph = subgraphs[0]
    tensors = tuple(
        _tensor(table, index, data_spans) for index, table in enumerate(graph.tables(SubGraphField.TENSORS))
    )
    ops = tuple(
        _op(table, index, codes, len(tensors)) for index, table in enumerate(graph.tables(SubGraphField.OPERATORS))
    )
    model = Model(
        name=name,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        subgraph_count=len(subgraphs),
        tensors=tensors,
        ops=ops,
        inputs=_tensor_indices(graph, SubGraphField.INPUTS, range(len(tensors)), "the model's input"),
        outputs=_tensor_indices(graph, SubGraphField.OUTPUTS, range(len(tensors)), "the model's output"),
    )
    _check_order(graph, model)
    return model


def read_model_file(path: Path) -> Model:
    """The model in the file at `path`, called by its file name.

    Raises:
        ModelError: the file cannot be read, or as in `read_model`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}", "give the path of a .tflite file") from None
    return read_model(data, path.name)


@dataclass(frozen=True)
class _OperatorCode:
    name: str
    version: int
    is_custom: bool


def _operator_code(table: Table) -> _OperatorCode:
    # Codes up to 126 stood in a one-byte field first; writers fill both, and the larger one counts.
    code = max(
        table.integer(OperatorCodeField.DEPRECATED_BUILTIN_CODE, "<b"),
        table.integer(OperatorCodeField.BUILTIN_CODE, "<i"),
    )
    if code < 0:
        table.fail(f"operator code {code}")
    version = table.integer(OperatorCodeField.VERSION, "<i", default=1)
    if code == CUSTOM:
        return _OperatorCode(table.text(OperatorCodeField.CUSTOM_CODE), version, is_custom=True)
    known = code < len(BUILTIN_OPERATORS)
    return _OperatorCode(BUILTIN_OPERATORS[code] if known else f"BUILTIN_{code}", version, is_custom=False)


def _data_span(table: Table) -> tuple[int, int]:
    """Where a buffer's data start, and how many bytes; 0 where it has none: its tensors are not constants."""
    if table.integer(BufferField.OFFSET, "<Q") > 1:
        table.fail("the buffer's data stand outside of the flatbuffer, as in models over 2 GB")
    return table.span(BufferField.DATA, 1)


def _tensor(table: Table, index: int, data_spans: Sequence[tuple[int, int]]) -> Tensor:
    place = f"tensor {index}"
    shape = _shape(table, place)
    dtype, element_bits = _element_type(table, place)
    size = 0 if -1 in shape else (math.prod(shape) * element_bits + 7) // 8
    is_sparse = table.table(TensorField.SPARSITY) is not None
    stored = _stored_bytes(table, place, data_spans)
    if stored not in (0, size) and element_bits and not is_sparse:
        table.fail(f"{place}: {stored} bytes of data, but {dtype} {list(shape)} has {size}")
    return Tensor(
        index=index,
        name=table.text(TensorField.NAME),
        shape=shape,
        dtype=dtype,
        quantization=_quantization(table, place, len(shape)),
        is_constant=stored > 0,
        is_variable=table.integer(TensorField.IS_VARIABLE, "<B") != 0,
        is_sparse=is_sparse,
        bytes=size,
    )


def _shape(table: Table, place: str) -> tuple[int, ...]:
    shape = table.integers(TensorField.SHAPE, "<i")
    if len(shape) > _MAX_RANK:
        table.fail(f"{place}: {len(shape)} dimensions; TensorFlow Lite has at most {_MAX_RANK}")
    if any(dimension < -1 for dimension in shape):
        table.fail(f"{place}: shape {list(shape)}")
    return shape


def _element_type(table: Table, place: str) -> tuple[str, int]:
    """Name and bits of the tensor's elements."""
    code = table.integer(TensorField.TYPE, "<b")
    if not 0 <= code < len(TENSOR_TYPES):
        table.fail(f"{place}: type {code} of {len(TENSOR_TYPES)}")
    return TENSOR_TYPES[code]


def _stored_bytes(table: Table, place: str, data_spans: Sequence[tuple[int, int]]) -> int:
    """Size of the tensor's values in the file; 0 where it is not a constant."""
    buffer = table.integer(TensorField.BUFFER, "<I")
    if buffer >= len(data_spans):
        table.fail(f"{place}: buffer {buffer} of {len(data_spans)}")
    start, size = data_spans[buffer]
    if size and start % _DATA_ALIGNMENT_BYTES:
        table.buffer.fail(start, f"{place}: its data are not aligned to {_DATA_ALIGNMENT_BYTES} bytes")
    return size


def _quantization(tensor: Table, place: str, rank: int) -> Quantization | None:
    table = tensor.table(TensorField.QUANTIZATION)
    scales = table.floats(QuantizationField.SCALE) if table else ()
    if table is None or not scales:
        return None
    zero_points = table.integers(QuantizationField.ZERO_POINT, "<q") or (0,) * len(scales)
    axis = table.integer(QuantizationField.QUANTIZED_DIMENSION, "<i")
    if len(zero_points) != len(scales):
        table.fail(f"{place}: {len(scales)} scales, but {len(zero_points)} zero points")
    if not all(math.isfinite(scale) and scale >= 0 for scale in scales):
        table.fail(f"{place}: a scale is not a finite positive number")
    if len(scales) > 1 and not 0 <= axis < rank:
        table.fail(f"{place}: quantized along dimension {axis} of {rank}")
    return Quantization(scales, zero_points, axis)


def _op(table: Table, index: int, codes: Sequence[_OperatorCode], tensor_count: int) -> Op:
    place = f"op {index}"
    code_index = table.integer(OperatorField.OPCODE_INDEX, "<I")
    if code_index >= len(codes):
        table.fail(f"{place}: operator code {code_index} of {len(codes)}")
    code = codes[code_index]
    return Op(
        index=index,
        name=code.name,
        version=code.version,
        is_custom=code.is_custom,
        inputs=_tensor_indices(table, OperatorField.INPUTS, range(-1, tensor_count), f"{place}: input"),
        outputs=_tensor_indices(table, OperatorField.OUTPUTS, range(tensor_count), f"{place}: output"),
    )


def _tensor_indices(table: Table, field: int, allowed: range, place: str) -> tuple[int, ...]:
    indices = table.integers(field, "<i")
    for index in indices:
        if index not in allowed:
            table.fail(f"{place} is tensor {index}; the file has {allowed.stop}")
    return indices


def _check_order(graph: Table, model: Model) -> None:
    """Every value is there before it is read, and written once."""
    known = {tensor.index for tensor in model.tensors if tensor.is_constant or tensor.is_variable}
    known.update(model.inputs)
    for op in model.ops:
        for index in op.inputs:
            if index >= 0 and index not in known:
                graph.fail(f"{op} reads tensor {index}, which nothing wrote before")
        for index in op.outputs:
            if index in known:
                graph.fail(f"{op} writes tensor {index}, which has its value already")
        known.update(op.outputs)
    for index in model.outputs:
        if index not in known:
            graph.fail(f"the model's output, tensor {index}, is never written")
