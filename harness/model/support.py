"""Which ops an engine has, and on which types.

The list of ops is the engine's own: `firmware/lib/engine_<name>/ops.def`, one line `OP(CONV_2D, 3, …)` for each.
"""

from __future__ import annotations

import re
from functools import cache

from harness.config import engine_folder
from harness.errors import ConfigError
from harness.model.graph import Model, Op, Tensor

_OP_LINE = re.compile(r"^\s*OP\(\s*(\w+)\s*,", re.MULTILINE)
# An op computes in one type; these two only change it. int32 (bias, axes, shapes, paddings) goes with each.
_ONE_TYPE = (frozenset({"float32"}), frozenset({"int8"}))
_TYPES = {
    "QUANTIZE": (frozenset({"float32", "int8"}), frozenset({"int8"})),
    "DEQUANTIZE": (frozenset({"float32", "int8"}),),
}


@cache
def supported_ops(engine: str) -> frozenset[str]:
    """Names of the ops that `engine` has, as in the TensorFlow Lite schema.

    Raises:
        ConfigError: the engine has no list of ops.
    """
    path = engine_folder(engine) / "ops.def"
    try:
        return frozenset(_OP_LINE.findall(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", f"an engine lists its ops there; is {engine!r} one?") from None


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
    dtypes = frozenset(tensor.dtype for tensor in tensors) - {"int32"}
    if dtypes not in _TYPES.get(op.name, _ONE_TYPE):
        return f"{engine} has no {op.name} of {' and '.join(sorted(dtypes)) or 'int32'}"
    return ""


def _tensor_trouble(tensor: Tensor) -> str:
    if not tensor.is_static:
        return f"the shape of {tensor} is dynamic or empty"
    return f"{tensor} is sparse" if tensor.is_sparse else ""
