"""Which ops an engine has, and on which types.

The list is the engine's own: `firmware/lib/engine_<name>/ops.def`, one line for each op, `OP(CONV_2D, …, (float32,
int8), …)`: its name in the TensorFlow Lite schema, and in the first inner parentheses the types that it computes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from harness.config import engine_folder
from harness.errors import ConfigError
from harness.model.graph import Model, Op, Tensor

_OP_LINE = re.compile(r"^\s*OP\((\w+),[^()]*\(([^()]*)\)(?:,\s*\(([^()]*)\))?\)", re.MULTILINE)
# What goes with the type that an op computes in: axes, shapes, paddings, bias, and the weights of int16x8.
_COMPANIONS = {"int16": frozenset({"int8", "int32", "int64"})}
_COMPANIONS_OF_ALL = frozenset({"int32"})
_COMPANIONS_OF_OP = {"SVDF": frozenset({"int16"})}  # its state and time weights, which int8 may have
_TYPE_CHANGERS = frozenset({"QUANTIZE", "DEQUANTIZE", "SHAPE"})


@dataclass(frozen=True)
class OpSupport:
    """The types that an engine's op computes on, and those of them with kernels for the DSP extension."""

    types: frozenset[str]
    dsp_types: frozenset[str]


@cache
def supported_ops(engine: str) -> Mapping[str, OpSupport]:
    """The ops that `engine` has, by their names in the TensorFlow Lite schema.

    Raises:
        ConfigError: the engine has no list of ops.
    """
    path = engine_folder(engine) / "ops.def"
    try:
        lines = _OP_LINE.findall(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", f"an engine lists its ops there; is {engine!r} one?") from None
    return {name: OpSupport(_types(types), _types(dsp_types)) for name, types, dsp_types in lines}


def _types(listed: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", listed))


def op_trouble(model: Model, op: Op, engine: str) -> str:
    """Why `engine` cannot run `op`; empty where it can, as far as the file shows.

    Raises:
        ConfigError: as `supported_ops`.
    """
    if op.is_custom or op.name not in supported_ops(engine):
        return f"{engine} has no {'custom op ' if op.is_custom else ''}{op.name}"
    tensors = model.op_tensors((*op.inputs, *op.outputs))
    for tensor in tensors:
        if trouble := _tensor_trouble(tensor):
            return trouble
    if model.is_hybrid(op):
        return "hybrid: float32 values meet quantized weights"
    if not _takes(supported_ops(engine)[op.name], model, op):
        dtypes = {tensor.dtype for tensor in tensors}
        return f"{engine} has no {op.name} of {' and '.join(sorted(dtypes - _COMPANIONS_OF_ALL)) or 'int32'}"
    return ""


def _takes(support: OpSupport, model: Model, op: Op) -> bool:
    dtypes = frozenset(tensor.dtype for tensor in model.op_tensors((*op.inputs, *op.outputs)))
    if op.name in _TYPE_CHANGERS:
        return dtypes <= support.types | _COMPANIONS_OF_ALL
    computes_in = {tensor.dtype for tensor in model.op_tensors(op.outputs)}
    companions = _COMPANIONS_OF_ALL | _COMPANIONS_OF_OP.get(op.name, frozenset())
    companions = companions.union(*(_COMPANIONS.get(dtype, frozenset()) for dtype in computes_in))
    return computes_in <= support.types and len(computes_in) == 1 and dtypes <= computes_in | companions


def _tensor_trouble(tensor: Tensor) -> str:
    if not tensor.is_static:
        return f"the shape of {tensor} is dynamic or empty"
    return f"{tensor} is sparse" if tensor.is_sparse else ""
