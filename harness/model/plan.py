"""Where each tensor of an inference may lie in the arena: lifetimes, and a greedy plan by size.

The plan is the one of TensorFlow Lite Micro's GreedyMemoryPlanner, which `builtin` follows: the largest tensor first,
of equal ones that with the highest index; each at the lowest offset where it meets no tensor that lives at the
same time. Where the arena has two pieces, offsets count through both, and no tensor lies across their boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.graph import Model

ALIGNMENT_BYTES = 16


@dataclass(frozen=True)
class Lifetime:
    """A tensor needs `bytes` of the arena (a multiple of 16) from op `first` to op `last`, both included."""

    tensor: int
    bytes: int
    first: int
    last: int

    def meets(self, other: Lifetime) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Placement:
    """A tensor at an offset of the arena, in bytes."""

    lifetime: Lifetime
    offset: int

    @property
    def end(self) -> int:
        return self.offset + self.lifetime.bytes


def lifetimes(model: Model) -> tuple[Lifetime, ...]:
    """Of each tensor that an inference needs room for, by tensor index.

    An input lives from the start, an output to the end, a variable always; constants stay in the model slot.
    """
    first = dict.fromkeys(model.inputs, 0)
    last = dict.fromkeys(model.inputs, 0)
    for op in model.ops:
        for index in op.inputs:
            last[index] = op.index
            if index >= 0 and model.tensors[index].is_variable:
                first[index] = 0
        for index in op.outputs:
            first.setdefault(index, op.index)
            last[index] = op.index
    last |= dict.fromkeys(model.outputs, len(model.ops))
    last |= {index: len(model.ops) for index in first if model.tensors[index].is_variable}
    return tuple(
        Lifetime(tensor.index, aligned(tensor.bytes), first[tensor.index], last[tensor.index])
        for tensor in model.tensors
        if tensor.index in first and not tensor.is_constant
    )


def place(needs: Sequence[Lifetime], boundary: int | None = None) -> tuple[Placement, ...]:
    """An offset for each tensor, by tensor index: tensors that live at the same time do not overlap.

    Args:
        needs: the tensors.
        boundary: offset of the arena's second piece, a multiple of 16; None where there is one piece.
    """
    placed: list[Placement] = []
    for need in sorted(needs, key=lambda need: (need.bytes, need.tensor), reverse=True):
        offset = _clear_of(boundary, 0, need.bytes)
        for other in sorted((p for p in placed if p.lifetime.meets(need)), key=lambda p: p.offset):
            if other.offset - offset >= need.bytes:
                break
            offset = _clear_of(boundary, max(offset, other.end), need.bytes)
        placed.append(Placement(need, offset))
    return tuple(sorted(placed, key=lambda p: p.lifetime.tensor))


def _clear_of(boundary: int | None, offset: int, size: int) -> int:
    """Where something begins that may begin at `offset` at the earliest and must not lie across the boundary."""
    return boundary if boundary is not None and offset < boundary < offset + size else offset


def activation_bytes(model: Model) -> int:
    """Arena bytes of the tensors that an inference reads and writes; an engine adds what it keeps beside them."""
    return max((p.end for p in place(lifetimes(model))), default=0)


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
