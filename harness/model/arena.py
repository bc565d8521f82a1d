"""What a model certainly needs of an engine's arena, modelled from the file; the engine itself knows the exact number.

`builtin` keeps its planner's records, 16 bytes a tensor, where the activations lie afterwards. For good it keeps, in
8 bytes each on a 32-bit core, a step for each op, a view of each input and output, and multiplier and shift for each
scale of an int8 filter. Its kernels' own parameters come on top, 16 to 100 bytes an op, and are not counted here.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.model.graph import Model, Op
from harness.model.plan import activation_bytes, aligned

_BUILTIN_RECORD_BYTES = 16
_BUILTIN_ENTRY_BYTES = 8
_FILTER_OPS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})


def least_arena_bytes(model: Model, engine: str) -> int:
    """With less, `engine` cannot load `model`. For an engine that is not modelled here: the activations."""
    return _LEAST_BYTES.get(engine, activation_bytes)(model)


def _builtin_bytes(model: Model) -> int:
    front = max(activation_bytes(model), aligned(_BUILTIN_RECORD_BYTES * len(model.tensors)))
    scales = sum(_int8_filter_scales(model, op) for op in model.ops)
    return front + _BUILTIN_ENTRY_BYTES * (len(model.ops) + len(model.inputs) + len(model.outputs) + scales)


def _int8_filter_scales(model: Model, op: Op) -> int:
    filters = model.op_tensors(op.inputs[1:2]) if op.name in _FILTER_OPS else ()
    return sum(len(f.quantization.scales) for f in filters if f.quantization and f.dtype == "int8")


_LEAST_BYTES: dict[str, Callable[[Model], int]] = {"builtin": _builtin_bytes}
