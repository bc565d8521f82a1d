"""Multiply-accumulates of an op: what its cost is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

from harness.errors import ModelError
from harness.model.graph import Model, Op

Shape = Sequence[int]


class _Rule(NamedTuple):
    """How many inputs an op must have, the dimensions of its filter, and its MACs from shapes of inputs and output."""

    inputs: int
    filter_rank: int
    macs: Callable[[Sequence[Shape], Shape], int]


# The filter is the second input. TensorFlow Lite lays it out so: convolution [output channels, height, width, input
# channels of one group], depthwise [1, height, width, output channels], fully connected [outputs, inputs], transposed
# convolution [output channels, height, width, input channels], SVDF [filters, inputs] and then [filters, memory].
_RULES = {
    "CONV_2D": _Rule(2, 4, lambda inputs, output: prod(output) * prod(inputs[1][1:])),
    "DEPTHWISE_CONV_2D": _Rule(2, 4, lambda inputs, output: prod(output) * prod(inputs[1][1:3])),
    "FULLY_CONNECTED": _Rule(2, 2, lambda inputs, output: prod(output) * inputs[1][1]),
    "SVDF": _Rule(3, 2, lambda inputs, _: prod(inputs[0][:1]) * (prod(inputs[1]) + prod(inputs[2]))),
    "TRANSPOSE_CONV": _Rule(3, 4, lambda inputs, _: prod(inputs[2]) * prod(inputs[1][:3])),
}


def op_macs(model: Model, op: Op) -> int:
    """Multiply-accumulates of one inference of `op`: the field's count, padding included and bias not.

    0 for every op but convolutions, fully connected layers and SVDF, and where a shape is known only at run time.

    Raises:
        ModelError: the op has no filter or one of the wrong rank, or has no output.
    """
    if op.name not in _RULES:
        return 0
    rule = _RULES[op.name]
    inputs, outputs = model.op_tensors(op.inputs), model.op_tensors(op.outputs)
    if len(inputs) < rule.inputs or not outputs or len(inputs[1].shape) != rule.filter_rank:
        raise ModelError(
            f"{model.name}: {op}: needs a filter of {rule.filter_rank} dimensions", "convert the model again"
        )
    if not all(tensor.is_static for tensor in (*inputs, outputs[0])):
        return 0
    return rule.macs([tensor.shape for tensor in inputs], outputs[0].shape)


def total_macs(model: Model) -> int:
    """Of one inference of the model; as `op_macs`."""
    return sum(op_macs(model, op) for op in model.ops)
