"""The official interpreter in its child process."""

from __future__ import annotations

import importlib.util
import math
import struct

import numpy as np
import pytest
from support.tflite_builder import TfliteBuilder

from harness.errors import ModelError, SetupError, VectorError
from harness.model import Model, decode_outputs, encode_inputs
from harness.model.oracle import Oracle
from harness.model.quantize import decode_trace


def addition(dtype: str, scale: float | None = None) -> bytes:
    b = TfliteBuilder()
    x, y, z = (b.tensor([1, 3], dtype, scale=scale) for _ in range(3))
    b.op("ADD", [x, y], [z])
    return b.build()


def test_one_child_runs_many_vectors() -> None:
    with Oracle(addition("float32")) as oracle:
        for number in range(20):
            output = oracle.infer(struct.pack("<6f", 1, 2, 3, number, 0, 0.5))
            assert struct.unpack("<3f", output) == (1 + number, 2, 3.5)


def test_one_child_runs_one_model_after_the_other() -> None:
    with Oracle(addition("float32")) as oracle:
        oracle.load(addition("int8", scale=0.5), "other")
        assert (oracle.model.name, oracle.infer(bytes(range(6)))) == ("other", bytes([3, 5, 7]))


def test_inputs_come_in_model_order() -> None:
    b = TfliteBuilder()
    x, y = b.tensor([1, 2], "int8", scale=0.5), b.tensor([3], "float32")
    b.op("ADD", [x, x], [b.tensor([1, 2], "int8", scale=1.0)])
    b.op("ADD", [y, y], [b.tensor([3], "float32")])
    with Oracle(b.build()) as oracle:
        output = oracle.infer(bytes([10, 20]) + struct.pack("<3f", 1, 2, 3))
    assert output == bytes([10, 20]) + struct.pack("<3f", 2, 4, 6)


def test_scalar() -> None:
    b = TfliteBuilder()
    x, y = b.tensor([], "float32"), b.tensor([], "float32")
    b.op("ADD", [x, x], [y])
    with Oracle(b.build()) as oracle:
        assert oracle.infer(struct.pack("<f", 21)) == struct.pack("<f", 42)


def test_state_does_not_outlast_an_inference() -> None:
    b = TfliteBuilder()
    x, y = b.tensor([1, 1], "float32"), b.tensor([1, 1], "float32")
    feature, times = b.tensor([1, 1], "float32", data=[[1]]), b.tensor([1, 2], "float32", data=[[1, 1]])
    bias, state = b.tensor([1], "float32", data=[0]), b.tensor([1, 2], "float32", is_variable=True)
    b.op("SVDF", [x, feature, times, bias, state], [y], rank=1)
    with Oracle(b.build()) as oracle:
        assert [oracle.infer(struct.pack("<f", 21)) for _ in range(2)] == [struct.pack("<f", 21)] * 2


def test_classifier(cnn: Model) -> None:
    images = np.random.default_rng(1).random((8, 8, 8, 1))
    with Oracle(cnn.data) as oracle:
        outputs = [decode_outputs(oracle.infer(vector), cnn)[0] for vector in encode_inputs([images], cnn)]
    assert all(math.isclose(output.sum(), 1, abs_tol=0.05) for output in outputs)
    assert len({output.tobytes() for output in outputs}) > 1


def test_vector_of_the_wrong_size() -> None:
    with Oracle(addition("float32")) as oracle, pytest.raises(VectorError, match="23 bytes for inputs of 24 bytes"):
        oracle.infer(bytes(23))


def test_refused_model_gives_the_interpreters_words() -> None:
    b = TfliteBuilder()
    x, w, y = b.tensor([1, 4], "float32"), b.tensor([2, 4], "int8", data=[[0] * 4] * 2), b.tensor([1, 2], "float32")
    b.op("FULLY_CONNECTED", [x, w], [y])
    with pytest.raises(
        ModelError, match=r"hybrid\.tflite.* failed to allocate .*FLOAT32 with filter type: INT8 not supported"
    ):
        Oracle(b.build(), "hybrid.tflite")


def test_malformed_model_does_not_reach_the_interpreter() -> None:
    with pytest.raises(ModelError, match=r"^cut\.tflite: byte \d+: "):
        Oracle(addition("float32")[:100], "cut.tflite")


def test_crash() -> None:
    """One input channel for a filter of three: the interpreter divides by zero."""
    b = TfliteBuilder()
    x, w = b.tensor([1, 4, 4, 1], "float32"), b.tensor([2, 1, 1, 3], "float32", data=np.zeros((2, 1, 1, 3)))
    b.op("CONV_2D", [x, w], [b.tensor([1, 4, 4, 2], "float32")])
    with Oracle(b.build()) as oracle, pytest.raises(ModelError, match="died of SIGFPE"):
        oracle.infer(bytes(64))


def test_hang() -> None:
    with pytest.raises(ModelError, match=r"no answer after 0\.001 s"):
        Oracle(addition("float32"), timeout_s=0.001)


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match="tflite-micro") as caught:
        Oracle(addition("float32"))
    assert caught.value.fix == "pip install 'tinyhil[oracle]'"


def test_a_trace_holds_what_every_op_gave() -> None:
    b = TfliteBuilder()
    x, y, z = (b.tensor([1, 3], "float32") for _ in range(3))
    b.op("ADD", [x, x], [y])
    b.op("ADD", [y, x], [z])
    with Oracle(b.build()) as oracle:
        for number in range(3):
            trace = oracle.trace(struct.pack("<3f", 1, 2, number))
            assert struct.unpack("<6f", trace) == (2, 4, 2 * number, 3, 6, 3 * number)
            assert oracle.infer(struct.pack("<3f", 1, 2, number)) == trace[12:]
        assert {op: list(values[0]) for op, values in decode_trace(trace, oracle.model).items()} == {
            0: [2, 4, 4],
            1: [3, 6, 6],
        }


def test_a_trace_is_of_the_model_that_was_loaded_last() -> None:
    with Oracle(addition("float32")) as oracle:
        oracle.trace(bytes(24))
        oracle.load(addition("int8", scale=0.5), "other")
        assert oracle.trace(bytes(range(6))) == bytes([3, 5, 7])
        with pytest.raises(VectorError, match="6 bytes"):
            oracle.trace(bytes(5))
        with pytest.raises(VectorError, match="a trace of 2 bytes"):
            decode_trace(bytes(2), oracle.model)
