"""Build small `.tflite` files for tests, one tensor and one op at a time.

    b = TfliteBuilder()
    x = b.tensor([1, 8, 8, 1], "int8", scale=0.5, zero_point=-3)
    w = b.tensor([4, 3, 3, 1], "int8", scale=[0.1, 0.2, 0.1, 0.3], data=weights)  # per channel along axis 0
    c = b.tensor([4], "int32", scale=[0.05, 0.1, 0.05, 0.15], data=bias)
    y = b.tensor([1, 8, 8, 4], "int8", scale=0.4)
    b.op("CONV_2D", [x, w, c], [y], padding="SAME", fused_activation_function="RELU")
    model_bytes = b.build()

A model that no converter would write: change what `model_object()` returns and `pack()` it.
The schema comes with the PyPI package `tflite-micro`; TensorFlow is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import ArrayLike
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

NO_TENSOR = -1  # an optional input that is left out, such as a bias
_DATA_ALIGNMENT = 16  # `force_align: 16` of Buffer.data in the schema; the generated Pack() does not honour it

# Options table of each op that has one; `op(options_type=…)` gives it for the others.
_OPTIONS_TYPES = {
    "ADD": "AddOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "CONCATENATION": "ConcatenationOptions",
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "DEQUANTIZE": "DequantizeOptions",
    "EXPAND_DIMS": "ExpandDimsOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "MUL": "MulOptions",
    "PACK": "PackOptions",
    "PAD": "PadOptions",
    "PADV2": "PadV2Options",
    "QUANTIZE": "QuantizeOptions",
    "RESHAPE": "ReshapeOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "SHAPE": "ShapeOptions",
    "SOFTMAX": "SoftmaxOptions",
    "SVDF": "SVDFOptions",
    "SPLIT": "SplitOptions",
    "SQUEEZE": "SqueezeOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
    "SUB": "SubOptions",
    "TRANSPOSE": "TransposeOptions",
}
# What is written where the test does not say; the schema's own defaults (0) are valid for none of these.
_DEFAULTS = {"strideW": 1, "strideH": 1, "filterWidth": 1, "filterHeight": 1, "depthMultiplier": 1, "beta": 1.0}
_ENUMS = {"padding": schema.Padding, "fusedActivationFunction": schema.ActivationFunctionType}


class TfliteBuilder:
    """One model with one subgraph. Tensors are numbered in the order of `tensor()`, ops in the order of `op()`."""

    def __init__(self) -> None:
        self._tensors: list[Any] = []
        self._ops: list[Any] = []
        self._codes: list[Any] = []
        self._buffers: list[Any] = [AlignedBufferT()]  # buffer 0 is the empty one, by convention

    def tensor(  # noqa: PLR0913  what a tensor has, each with a default
        self,
        shape: Sequence[int],
        dtype: str = "int8",
        *,
        scale: float | Sequence[float] | None = None,
        zero_point: int | Sequence[int] = 0,
        axis: int = 0,
        data: ArrayLike | bytes | None = None,
        name: str | None = None,
        shape_signature: Sequence[int] | None = None,
        is_variable: bool = False,
    ) -> int:
        """Add a tensor and return its index.

        Args:
            shape: its dimensions; `[]` is a scalar.
            dtype: a name of the schema's TensorType in lower case: float32, int8, int32, int64, int16, uint8, bool, …
            scale: None: not quantized; a number: per tensor; a sequence: per channel along `axis`.
            zero_point: a number for all channels or one for each.
            data: makes it a constant: anything numpy can cast to `dtype`, or raw bytes (of any length) as they are.
            name: "t<index>" where None.
            shape_signature: with -1 where the converter left a dimension open.
        """
        tensor = schema.TensorT()
        index = len(self._tensors)
        tensor.shape = list(shape)
        tensor.type = getattr(schema.TensorType, dtype.upper())
        tensor.name = f"t{index}" if name is None else name
        tensor.buffer = 0 if data is None else self._buffer(data, dtype)
        tensor.quantization = _quantization(scale, zero_point, axis)
        tensor.shapeSignature = None if shape_signature is None else list(shape_signature)
        tensor.isVariable = is_variable
        self._tensors.append(tensor)
        return index

    def op(
        self,
        name: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        *,
        version: int = 1,
        options_type: str | None = None,
        **options: Any,
    ) -> int:
        """Add an op and return its index.

        Args:
            name: a name of the schema's BuiltinOperator ("CONV_2D"); any other is a custom op's.
            inputs: tensor indices; NO_TENSOR for an optional one that is left out.
            outputs: tensor indices.
            options_type: the schema's options table, where this builder does not know it.
            options: fields of that table in snake_case: `padding="SAME"`, `stride_w=2`, `dilation_h_factor=2`,
                `fused_activation_function="RELU6"`, `keep_dims=True`, `new_shape=[1, 10]`, … Strides, pool sizes and
                the depth multiplier are 1 where not given, beta is 1.0.
        """
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(name, version)
        operator.inputs = list(inputs)
        operator.outputs = list(outputs)
        if table := options_type or _OPTIONS_TYPES.get(name):
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            operator.builtinOptions = _options(table, options)
        self._ops.append(operator)
        return len(self._ops) - 1

    def model_object(self, inputs: Sequence[int] | None = None, outputs: Sequence[int] | None = None) -> Any:
        """The model as the schema's `ModelT`, for tests that make it wrong before `pack()`.

        Args:
            inputs: the model's inputs; where None, the tensors that no op writes and that have no data, in order.
            outputs: the model's outputs; where None, the tensors that an op writes and none reads, in order.
        """
        subgraph = schema.SubGraphT()
        subgraph.name = "main"
        subgraph.tensors = self._tensors
        subgraph.operators = self._ops
        subgraph.inputs = self._open_inputs() if inputs is None else list(inputs)
        subgraph.outputs = self._open_outputs() if outputs is None else list(outputs)
        model = schema.ModelT()
        model.version = 3
        model.description = "made by tests"
        model.operatorCodes = self._codes
        model.subgraphs = [subgraph]
        model.buffers = self._buffers
        return model

    def build(self, inputs: Sequence[int] | None = None, outputs: Sequence[int] | None = None) -> bytes:
        """The bytes of the `.tflite` file; arguments as for `model_object()`."""
        return pack(self.model_object(inputs, outputs))

    def _buffer(self, data: ArrayLike | bytes, dtype: str) -> int:
        buffer = AlignedBufferT()
        buffer.data = data if isinstance(data, bytes) else np.asarray(data).astype(dtype).tobytes()
        self._buffers.append(buffer)
        return len(self._buffers) - 1

    def _code(self, name: str, version: int) -> int:
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name, schema.BuiltinOperator.CUSTOM)
        code.customCode = name if code.builtinCode == schema.BuiltinOperator.CUSTOM else None
        # The old one-byte field holds what fits; readers take the larger of the two.
        code.deprecatedBuiltinCode = min(code.builtinCode, schema.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES)
        code.version = version
        for index, known in enumerate(self._codes):
            if vars(known) == vars(code):
                return index
        self._codes.append(code)
        return len(self._codes) - 1

    def _open_inputs(self) -> list[int]:
        written = {index for op in self._ops for index in op.outputs}
        return [
            index
            for index, tensor in enumerate(self._tensors)
            if index not in written and tensor.buffer == 0 and not tensor.isVariable
        ]

    def _open_outputs(self) -> list[int]:
        read = {index for op in self._ops for index in op.inputs}
        return [index for op in self._ops for index in op.outputs if index not in read]


def pack(model: Any) -> bytes:
    """The bytes of a `.tflite` file of a schema object `ModelT`."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class AlignedBufferT(schema.BufferT):  # type: ignore[misc]
    """A buffer whose data start at a multiple of 16 in the file, as the schema demands and kernels rely on."""

    def Pack(self, builder: Any) -> int:  # noqa: N802  the schema's name
        data = None
        if self.data is not None:
            builder.StartVector(1, len(self.data), _DATA_ALIGNMENT)
            builder.head -= len(self.data)
            builder.Bytes[builder.head : builder.head + len(self.data)] = self.data
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        return int(schema.BufferEnd(builder))


def _quantization(scale: float | Sequence[float] | None, zero_point: int | Sequence[int], axis: int) -> Any:
    quantization = schema.QuantizationParametersT()
    if scale is None:
        return quantization
    scales = np.atleast_1d(np.asarray(scale, dtype=np.float32))
    quantization.scale = scales.tolist()
    quantization.zeroPoint = np.broadcast_to(np.asarray(zero_point, dtype=np.int64), scales.shape).tolist()
    quantization.quantizedDimension = axis
    return quantization


def _options(table: str, options: dict[str, Any]) -> Any:
    result = getattr(schema, table + "T")()
    values = {_camel_case(key): value for key, value in options.items()}
    for field, value in ({k: v for k, v in _DEFAULTS.items() if hasattr(result, k)} | values).items():
        if not hasattr(result, field):
            raise TypeError(f"{table} has no field {field}; it has {', '.join(vars(result))}")
        setattr(result, field, getattr(_ENUMS[field], value) if isinstance(value, str) else value)
    return result


def _camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
