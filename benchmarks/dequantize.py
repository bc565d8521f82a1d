"""A float32 model from an int8 one: the same ops on the values that the quantized constants stand for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from conditions import REPOSITORY

from harness.model import Model, read_model

sys.path.append(str(REPOSITORY / "tests"))  # the writer of `.tflite` files is the tests'


def dequantized(path: Path) -> Model:
    """Read an int8 model as float32: MLPerf Tiny's own float32 keyword spotting keeps int8 weights."""
    from support.tflite_builder import AlignedBufferT, pack, schema  # TensorFlow takes seconds to load

    model = schema.ModelT.InitFromPackedBuf(path.read_bytes())
    for tensor in model.subgraphs[0].tensors:
        quantization = tensor.quantization
        if quantization is None or quantization.scale is None:
            continue
        buffer = model.buffers[tensor.buffer]
        if buffer.data is not None and len(buffer.data):
            model.buffers[tensor.buffer] = AlignedBufferT()
            model.buffers[tensor.buffer].data = _values(tensor, bytes(buffer.data)).tobytes()
        tensor.type = schema.TensorType.FLOAT32
        tensor.quantization = None
    return read_model(pack(model), f"{path.stem} dequantized")


def _values(tensor: Any, data: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    """real = scale * (quantized - zero point), along the quantized axis where there are several scales."""
    from support.tflite_builder import schema

    dtype = np.int8 if tensor.type == schema.TensorType.INT8 else np.int32
    quantized = np.frombuffer(data, dtype).reshape(tensor.shape).astype(np.float64)
    along = [1] * quantized.ndim
    along[tensor.quantization.quantizedDimension] = -1
    scales = np.reshape(tensor.quantization.scale, along)
    zero_points = np.reshape(tensor.quantization.zeroPoint, along)
    return (scales * (quantized - zero_points)).astype(np.float32)
