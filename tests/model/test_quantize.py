"""Vectors to bytes and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.tflite_builder import TfliteBuilder

from harness.errors import VectorError
from harness.model import Model, decode_inputs, decode_outputs, encode_inputs, read_model, split_outputs


def echo(dtype: str, scale: float | None = None, zero_point: int = 0, shape: tuple[int, ...] = (1, 2)) -> Model:
    """A model with one input and one output of the same kind."""
    b = TfliteBuilder()
    x, y = (b.tensor(shape, dtype, scale=scale, zero_point=zero_point) for _ in range(2))
    b.op("RESHAPE", [x], [y], new_shape=shape)
    return read_model(b.build(), "echo")


def encode(model: Model, values: Any, dtype: str = "float32") -> list[int]:
    """The int8 values of the first vector."""
    return list(np.frombuffer(encode_inputs([np.array([values], dtype)], model)[0], np.int8))


@pytest.mark.parametrize(
    ("real", "quantized"),
    [
        (0.0, 3),
        (0.5, 4),
        (0.25, 3),  # half a step: to the even neighbour of 0
        (0.75, 5),  # one and a half: to the even neighbour, 2
        (-0.25, 3),
        (0.2500001, 4),
        (1e30, 127),
        (-1e30, -128),
        (np.inf, 127),
        (-np.inf, -128),
    ],
)
def test_int8_rounds_half_to_even_and_saturates(real: float, quantized: int) -> None:
    assert encode(echo("int8", scale=0.5, zero_point=3), [real, 0.0]) == [quantized, 3]


@given(st.floats(2.0**-20, 100, width=32), st.integers(-128, 127), st.integers(-128, 127))
def test_int8_comes_back(scale: float, zero_point: int, quantized: int) -> None:
    model = echo("int8", scale, zero_point)
    (real,) = decode_outputs(np.array([quantized, zero_point], np.int8).tobytes(), model)
    assert real.shape == (1, 2)
    assert real.tolist() == [[(quantized - zero_point) * scale, 0.0]]
    assert encode(model, real[0], "float64") == [quantized, zero_point]
    (given_back,) = decode_inputs(encode_inputs([real], model)[0], model)
    assert given_back.tolist() == real.tolist()


@given(st.floats(2.0**-20, 100, width=32), st.integers(-(2**15), 2**15 - 1))
def test_int16_comes_back(scale: float, quantized: int) -> None:
    model = echo("int16", scale)
    vector = np.array([[quantized, 0]], np.int16)
    (real,) = decode_outputs(vector.tobytes(), model)
    assert real.tolist() == [[quantized * scale, 0.0]]
    assert encode_inputs([real], model) == encode_inputs([vector], model) == [vector.tobytes()]


def test_int16_saturates_at_its_own_limits() -> None:
    (vector,) = encode_inputs([np.array([[1e9, -1e9]])], echo("int16", scale=0.5))
    assert np.frombuffer(vector, np.int16).tolist() == [32767, -32768]


def test_float32_passes() -> None:
    model = echo("float32")
    vectors = encode_inputs([np.array([[1.5, np.nan], [2.5, np.inf]])], model)
    assert vectors == [np.float32([1.5, np.nan]).tobytes(), np.float32([2.5, np.inf]).tobytes()]
    assert decode_outputs(vectors[1], model)[0].tolist() == [[2.5, np.inf]]


def test_own_type_passes_unchanged() -> None:
    assert encode(echo("int8", scale=0.5, zero_point=3), [7, -128], "int8") == [7, -128]


@pytest.mark.parametrize("shape", [(5, 1, 2), (5, 2)])
def test_leading_one_may_be_left_out(shape: tuple[int, ...]) -> None:
    assert len(encode_inputs([np.zeros(shape, np.float32)], echo("float32"))) == 5


@pytest.mark.parametrize("shape", [(5, 3), (5, 2, 1), (5,), (2, 5, 2), ()])
def test_wrong_shape_names_both(shape: tuple[int, ...]) -> None:
    with pytest.raises(VectorError) as caught:
        encode_inputs([np.zeros(shape, np.float32)], echo("float32"))
    assert "'t0' (float32 1x2)" in caught.value.cause
    assert str(shape) in caught.value.cause


@pytest.mark.parametrize(
    ("model", "given_type"),
    [
        (echo("int8", scale=0.5), "uint8"),
        (echo("int8"), "float32"),  # not quantized: there is no way from a real value
        (echo("float32"), "int8"),
        (echo("int32"), "int64"),
        (echo("float32"), "complex64"),
    ],
)
def test_wrong_type_names_both(model: Model, given_type: str) -> None:
    with pytest.raises(VectorError, match=rf"{model.input_tensors[0].dtype}.* given is {given_type}"):
        encode_inputs([np.zeros((1, 2), given_type)], model)


def test_nan_cannot_be_quantized() -> None:
    with pytest.raises(VectorError, match="vector 1 holds a NaN"):
        encode_inputs([np.array([[0, 1], [2, np.nan]])], echo("int8", scale=0.5))


def test_per_channel_input_is_refused() -> None:
    b = TfliteBuilder()
    b.tensor([1, 2], "int8", scale=[0.5, 0.25], axis=1)
    with pytest.raises(VectorError, match="per channel"):
        encode_inputs([np.zeros((1, 2))], read_model(b.build(), "m"))


def test_type_without_vectors_is_refused() -> None:
    b = TfliteBuilder()
    b.tensor([1, 2], "string")
    with pytest.raises(VectorError, match=r"string 1x2.* cannot have"):
        encode_inputs([np.zeros((1, 2))], read_model(b.build(), "m"))


def two_inputs() -> Model:
    b = TfliteBuilder()
    x = b.tensor([1, 2], "float32", name="x")
    q = b.tensor([3], "int8", scale=0.5, name="q")
    b.op("SOFTMAX", [x], [b.tensor([1, 2], "float32")])
    b.op("SOFTMAX", [q], [b.tensor([3], "int8", scale=0.5)])
    return read_model(b.build(), "two")


def test_several_tensors_are_concatenated_in_model_order() -> None:
    model = two_inputs()
    first: NDArray[Any] = np.float32([[1, 2], [3, 4]])
    second: NDArray[Any] = np.float32([[0.5, 1, 1.5], [2, 2.5, 3]])
    vectors = encode_inputs([first, second], model)
    assert vectors[1] == np.float32([3, 4]).tobytes() + bytes([4, 5, 6])
    real = decode_outputs(vectors[1], model)
    assert [part.tolist() for part in real] == [[[3, 4]], [2, 2.5, 3]]
    raw = split_outputs(vectors[1], model)
    assert [part.dtype.name for part in raw] == ["float32", "int8"]


@pytest.mark.parametrize("shapes", [[(5, 2)], [(5, 2), (4, 3)], [(5, 2), (5, 3), (5, 2)]])
def test_wrong_number_of_arrays_or_vectors(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(VectorError, match="has 2 input tensors, given are arrays of shapes"):
        encode_inputs([np.zeros(shape) for shape in shapes], two_inputs())


def test_output_of_the_wrong_size() -> None:
    with pytest.raises(VectorError, match="an output of 7 bytes, the output tensors have 8"):
        split_outputs(bytes(7), echo("float32"))
