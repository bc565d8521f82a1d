"""Damaged files: always a ModelError that names the file and the byte."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.misalignment import with_shifted_constants
from support.models import small_cnn
from support.tflite_builder import pack
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from harness.errors import ModelError
from harness.model import activation_bytes, read_model, total_macs
from harness.model.flatbuffer import Buffer

GOOD = small_cnn("int8")
EDGES = st.sampled_from([0, 1, 4, len(GOOD), 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]) | st.integers(0, 2**32 - 1)


def read_or_refuse(data: bytes) -> None:
    """Reading and what builds on it succeed or raise a ModelError; any other exception fails the test."""
    try:
        model = read_model(data, "damaged.tflite")
        assert total_macs(model) >= 0
        assert activation_bytes(model) >= 0
    except ModelError as error:
        assert error.cause.startswith("damaged.tflite: ")
        assert error.fix


def test_an_empty_file() -> None:
    with pytest.raises(ModelError, match=r"^cut\.tflite: is empty"):
        read_model(b"", "cut.tflite")


def test_every_truncation() -> None:
    for size in range(1, len(GOOD)):
        with pytest.raises(ModelError, match=r"^cut\.tflite: byte \d+: "):
            read_model(GOOD[:size], "cut.tflite")


@given(st.lists(st.tuples(st.integers(0, len(GOOD) // 4 - 1), EDGES), min_size=1, max_size=6))
@settings(max_examples=1000)
def test_overwritten_words(writes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for word, value in writes:
        struct.pack_into("<I", data, 4 * word, value)
    read_or_refuse(bytes(data))


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=1000)
def test_overwritten_bytes(writes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for offset, value in writes:
        data[offset] = value
    read_or_refuse(bytes(data))


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    read_or_refuse(data[:4] + b"TFL3" + data[4:])


def test_misaligned_constants_name_tensor_and_byte() -> None:
    with pytest.raises(ModelError, match=r"^odd\.tflite: byte \d+: tensor 6: its data are not aligned to 4 bytes"):
        read_model(with_shifted_constants(GOOD, 2), "odd.tflite")
    assert read_model(with_shifted_constants(GOOD, 4), "even.tflite").tensors == read_model(GOOD, "good").tensors


def test_other_file_type() -> None:
    with pytest.raises(ModelError, match=r"not a \.tflite file"):
        read_model(b"\x89PNG\r\n\x1a\n" + bytes(100), "x.png")


def test_shared_vectors_cannot_keep_the_reader_busy() -> None:
    buffer = Buffer(struct.pack("<I", 100) + bytes(100), "shared")
    with pytest.raises(ModelError, match="vectors overlap"):
        for _ in range(5):
            buffer.vector(0, element_bytes=1)


def wrong(change: Callable[[Any], None]) -> bytes:
    """The good model with its schema object changed."""
    official = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(GOOD, 0))
    change(official)
    return pack(official)


def tensor(official: Any) -> Any:
    """Tensor 0, the image."""
    return official.subgraphs[0].tensors[0]


def op(official: Any, index: int = 0) -> Any:
    return official.subgraphs[0].operators[index]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: setattr(m, "version", 2), "schema version 2"),
        (lambda m: m.subgraphs.clear(), "no subgraph"),
        (lambda m: vars(m.operatorCodes[0]).update(deprecatedBuiltinCode=-1, builtinCode=-1), "operator code -1"),
        (lambda m: setattr(m.buffers[1], "offset", 1000), "outside of the flatbuffer"),
        (lambda m: setattr(tensor(m), "buffer", 99), "tensor 0: buffer 99"),
        (lambda m: setattr(tensor(m), "buffer", 1), "bytes of data"),
        (lambda m: setattr(tensor(m), "type", 100), "tensor 0: type 100"),
        (lambda m: setattr(tensor(m), "type", -1), "tensor 0: type -1"),
        (lambda m: setattr(tensor(m), "shape", [1] * 9), "tensor 0: 9 dimensions"),
        (lambda m: setattr(tensor(m), "shape", [1, -2]), r"tensor 0: shape \[1, -2\]"),
        (lambda m: setattr(tensor(m).quantization, "scale", [math.nan]), "tensor 0: a scale"),
        (lambda m: setattr(tensor(m).quantization, "scale", [-0.5]), "tensor 0: a scale"),
        (lambda m: setattr(tensor(m).quantization, "zeroPoint", [1, 2]), "1 scales, but 2 zero points"),
        (lambda m: setattr(m.subgraphs[0].tensors[6].quantization, "quantizedDimension", 4), "dimension 4 of 4"),
        (lambda m: setattr(op(m), "opcodeIndex", 99), "op 0: operator code 99"),
        (lambda m: setattr(op(m), "inputs", [99]), "op 0: input is tensor 99"),
        (lambda m: setattr(op(m), "outputs", [-1]), "op 0: output is tensor -1"),
        (lambda m: setattr(m.subgraphs[0], "inputs", [-1]), "the model's input is tensor -1"),
        (lambda m: m.subgraphs[0].operators.reverse(), "nothing wrote before"),
        (lambda m: setattr(op(m, 1), "outputs", list(op(m, 0).outputs)), "has its value already"),
        (lambda m: m.subgraphs[0].operators.pop(), "is never written"),
    ],
)
def test_contradictions(change: Callable[[Any], None], message: str) -> None:
    with pytest.raises(ModelError, match=rf"^m\.tflite: byte \d+: .*{message}"):
        read_model(wrong(change), "m.tflite")
