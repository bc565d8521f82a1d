"""Real values to a vector's bytes, and an output's bytes to real values.

real = scale * (quantized - zero_point). The way back, quantized = rint(real / scale) + zero_point, is computed in
float64, rounds a half to the even neighbour as numpy does, and saturates at the limits of the type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import VectorError
from harness.model.graph import Model, Quantization, Tensor


def encode_inputs(inputs: Sequence[NDArray[Any]], model: Model) -> list[bytes]:
    """Each vector as the link's INPUT wants it: all input tensors, concatenated in model order.

    Args:
        inputs: per input tensor an array of shape (N, …tensor's shape), or without the tensor's leading 1. Floats are
            real values and are quantized where the tensor is; values of the tensor's own type pass unchanged.

    Raises:
        VectorError: an array has another shape or type, holds a NaN where it must be quantized, or there are more or
            fewer arrays than input tensors, or of different lengths.
    """
    if len(inputs) != len(model.inputs) or len({array.shape[:1] for array in inputs}) > 1:
        raise VectorError(
            f"{model.name}: has {len(model.inputs)} input tensors, given are arrays of shapes "
            f"{', '.join(str(array.shape) for array in inputs)}",
            "give one array per input tensor, each with one row per vector",
        )
    parts = [_encode(array, tensor, model) for array, tensor in zip(inputs, model.input_tensors, strict=True)]
    return [b"".join(row.tobytes() for row in rows) for rows in zip(*parts, strict=True)]


def split_outputs(output: bytes, model: Model) -> tuple[NDArray[Any], ...]:
    """An answer's bytes as one array per output tensor, in the tensor's shape and type.

    Raises:
        VectorError: `output` has not the size of the model's outputs.
    """
    if len(output) != model.output_bytes:
        raise VectorError(
            f"{model.name}: an output of {len(output)} bytes, the output tensors have {model.output_bytes}",
            "read the output of the same model",
        )
    return _split(output, model.output_tensors, model)


def decode_inputs(vector: bytes, model: Model) -> tuple[NDArray[np.float64], ...]:
    """What `encode_inputs` made of a vector, as real values: one array per input tensor, in the tensor's shape."""
    parts = _split(vector, model.input_tensors, model)
    return _real(parts, model.input_tensors, model)


def decode_outputs(output: bytes, model: Model) -> tuple[NDArray[np.float64], ...]:
    """An answer's bytes as real values: one array per output tensor, in the tensor's shape.

    Raises:
        VectorError: `output` has not the size of the model's outputs.
    """
    return _real(split_outputs(output, model), model.output_tensors, model)


def decode_trace(trace: bytes, model: Model) -> dict[int, NDArray[np.float64]]:
    """What the oracle's `trace` gave, as real values: by op, its first output.

    Raises:
        VectorError: `trace` has not the size of all ops' outputs, or a tensor is quantized by channel.
    """
    tensors = [tensor for op in model.ops for tensor in model.op_tensors(op.outputs)]
    if len(trace) != sum(tensor.bytes for tensor in tensors):
        raise VectorError(f"{model.name}: a trace of {len(trace)} bytes", "trace the same model")
    values = dict(zip((tensor.index for tensor in tensors), _split(trace, tensors, model), strict=True))
    firsts = {op.index: model.tensors[op.outputs[0]] for op in model.ops}
    return {index: _real([values[first.index]], [first], model)[0] for index, first in firsts.items()}


def _split(data: bytes, tensors: Sequence[Tensor], model: Model) -> tuple[NDArray[Any], ...]:
    arrays = []
    start = 0
    for tensor in tensors:
        values = np.frombuffer(data[start : start + tensor.bytes], _numpy_type(tensor, model))
        arrays.append(values.reshape(tensor.shape))
        start += tensor.bytes
    return tuple(arrays)


def _real(parts: Sequence[NDArray[Any]], tensors: Sequence[Tensor], model: Model) -> tuple[NDArray[np.float64], ...]:
    pairs = zip(parts, tensors, strict=True)
    return tuple(_dequantize(values, _per_tensor(tensor, model)) for values, tensor in pairs)


def _encode(array: NDArray[Any], tensor: Tensor, model: Model) -> NDArray[Any]:
    """`array` as rows of the tensor's type."""
    if array.shape[1:] not in (tensor.shape, _without_batch(tensor.shape)):
        raise VectorError(
            f"{model.name}: input {tensor} wants an array of shape "
            f"(N, {', '.join(map(str, _without_batch(tensor.shape)))}), given is {array.shape}",
            "reshape the vectors; the first axis counts them",
        )
    wanted = _numpy_type(tensor, model)
    if array.dtype == wanted:
        return array
    quantization = _per_tensor(tensor, model)
    if array.dtype.kind != "f" or not (wanted.kind == "f" or quantization):
        raise VectorError(
            f"{model.name}: input {tensor} wants {'real values (float) or ' if quantization else ''}{wanted}, "
            f"given is {array.dtype}",
            "convert the vectors",
        )
    if quantization is None:
        return array.astype(wanted)
    return _quantize(array, quantization, wanted, f"{model.name}: input {tensor}")


def _quantize(
    array: NDArray[np.floating[Any]], quantization: Quantization, wanted: np.dtype[Any], place: str
) -> NDArray[Any]:
    if np.isnan(array).any():
        raise VectorError(f"{place}: vector {np.argwhere(np.isnan(array))[0][0]} holds a NaN", "give finite values")
    limits = np.iinfo(wanted)
    steps = np.rint(array.astype(np.float64) / quantization.scales[0]) + quantization.zero_points[0]
    quantized: NDArray[Any] = np.clip(steps, limits.min, limits.max).astype(wanted)
    return quantized


def _dequantize(values: NDArray[Any], quantization: Quantization | None) -> NDArray[np.float64]:
    real = values.astype(np.float64)
    return real if quantization is None else (real - quantization.zero_points[0]) * quantization.scales[0]


def _per_tensor(tensor: Tensor, model: Model) -> Quantization | None:
    """How an input or output is quantized; None where it is not."""
    quantization = tensor.quantization
    if quantization is None or tensor.dtype.startswith("float"):
        return None
    if len(quantization.scales) > 1 or quantization.scales[0] == 0:
        raise VectorError(
            f"{model.name}: {tensor} is quantized per channel or with scale 0", "quantize inputs and outputs per tensor"
        )
    return quantization


def _without_batch(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[1:] if shape[:1] == (1,) else shape


def _numpy_type(tensor: Tensor, model: Model) -> np.dtype[Any]:
    try:
        return np.dtype(tensor.dtype)
    except TypeError:
        raise VectorError(
            f"{model.name}: {tensor} has a type that vectors cannot have",
            "use float32, int8 or int16 inputs and outputs",
        ) from None
