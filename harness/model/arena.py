"""What a model certainly needs of an engine's arena, modelled from the file; the engine itself knows the exact number.

`builtin` keeps its planner's records, 16 bytes a tensor, where the activations lie afterwards. For good it keeps, in
8 bytes each on a 32-bit core, a step for each op, a view of each input and output, and multiplier and shift for each
scale of an int8 filter. Its kernels' own parameters come on top, 16 to 100 bytes an op, and are not counted here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.model.graph import Model, Op
from harness.model.plan import ALIGNMENT_BYTES, activation_bytes, aligned, lifetimes, place

_BUILTIN_RECORD_BYTES = 16
_BUILTIN_ENTRY_BYTES = 8
_FILTER_OPS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})


def least_arena_bytes(model: Model, engine: str, pieces: Sequence[int] = ()) -> int:
    """With less, `engine` cannot load `model`. For an engine that is not modelled here: the activations.

    Args:
        model: the model.
        engine: its name.
        pieces: bytes of a board's arena, piece by piece, the first of which cannot grow where there are two; none
            for an arena of one piece.
    """
    return _LEAST_BYTES.get(engine, _bytes_with_activations_in_first)(model, pieces)


def _builtin_bytes(model: Model, pieces: Sequence[int]) -> int:
    records = aligned(_BUILTIN_RECORD_BYTES * len(model.tensors))
    scales = sum(_int8_filter_scales(model, op) for op in model.ops)
    kept = _BUILTIN_ENTRY_BYTES * (len(model.ops) + len(model.inputs) + len(model.outputs) + scales)
    if len(pieces) < 2:
        return max(activation_bytes(model), records) + kept
    boundary = pieces[0] // ALIGNMENT_BYTES * ALIGNMENT_BYTES
    ends = [placement.end for placement in place(lifetimes(model), boundary)]
    in_first = max((end for end in (records, *ends) if end <= boundary), default=0)
    in_second = max(0, max(ends, default=0) - boundary) + max(0, kept - (boundary - in_first))
    return boundary + in_second if in_second else in_first + kept


def _bytes_with_activations_in_first(model: Model, pieces: Sequence[int]) -> int:
    needed = activation_bytes(model)
    return needed if not pieces or needed <= pieces[0] else needed + sum(pieces[1:])


def _int8_filter_scales(model: Model, op: Op) -> int:
    filters = model.op_tensors(op.inputs[1:2]) if op.name in _FILTER_OPS else ()
    return sum(len(f.quantization.scales) for f in filters if f.quantization and f.dtype == "int8")


_LEAST_BYTES: dict[str, Callable[[Model, Sequence[int]], int]] = {"builtin": _builtin_bytes}
