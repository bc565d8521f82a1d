"""Multiply-accumulates of an op: what its cost is compared with."""

from __future__ import annotations

import math
from collections.abc import Callable

from harness.errors import ModelError
from harness.model.graph import Model, Op

# Multiply-accumulates per output element, from the shape of the filter (the op's second input), as laid out by
# TensorFlow Lite: convolution [output channels, height, width, input channels of one group], depthwise
# [1, height, width, output channels], fully connected [outputs, inputs].
_PER_OUTPUT: dict[str, tuple[int, Callable[[tuple[int, ...]], int]]] = {
    "CONV_2D": (4, lambda shape: shape[1] * shape[2] * shape[3]),
    "DEPTHWISE_CONV_2D": (4, lambda shape: shape[1] * shape[2]),
    "FULLY_CONNECTED": (2, lambda shape: shape[1]),
}


def op_macs(model: Model, op: Op) -> int:
    """Multiply-accumulates of one inference of `op`: the field's count, padding included and bias not.

    0 for every op but CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED, and where a shape is known only at run time.

    Raises:
        ModelError: the op has no filter or one of the wrong rank.
    """
    if op.name not in _PER_OUTPUT:
        return 0
    rank, per_output = _PER_OUTPUT[op.name]
    weights = model.op_tensors(op.inputs[1:2])
    if not weights or len(weights[0].shape) != rank:
        raise ModelError(f"{model.name}: {op}: needs a filter of {rank} dimensions", "convert the model again")
    outputs = model.op_tensors(op.outputs)
    if not all(tensor.is_static for tensor in (*weights, *outputs)):
        return 0
    return sum(math.prod(tensor.shape) for tensor in outputs) * per_output(weights[0].shape)


def total_macs(model: Model) -> int:
    """Of one inference of the model; as `op_macs`."""
    return sum(op_macs(model, op) for op in model.ops)
