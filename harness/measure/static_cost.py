"""What a model would cost that is too large to run: its work, op by op, times what such ops were measured to cost.

The measured costs are `kernel_costs.json`: cycles of small ops of each kind and type, for each multiply-accumulate
or, where an op has none, each element of its first input, and for each element of its output.
`benchmarks/kernel_costs.py` measures and writes them.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from harness.config import Board
from harness.model import Model, Op, op_macs

COSTS_FILE = Path(__file__).with_name("kernel_costs.json")
_FREE = frozenset({"RESHAPE", "EXPAND_DIMS", "SQUEEZE", "SHAPE"})  # at most a copy


class OpCost(Struct, frozen=True, array_like=True):
    """What was fitted to the ops that were measured: cycles = per_work x work + per_output x elements of the output."""

    per_work: float
    per_output: float

    def cycles(self, work: int, outputs: int) -> float:
        return self.per_work * work + self.per_output * outputs


class BoardCosts(Struct, frozen=True):
    """What an engine's ops cost on a board, by `cost_key`.

    Attributes:
        conditions: emulator, cost model, engine and compiler.
        error_percent: how far the estimates of the suites' models lie at most from the cycles that they ran.
    """

    conditions: str
    error_percent: int
    ops: dict[str, OpCost]


class KernelCosts(Struct, frozen=True):
    """The file: costs by the names of engine and board."""

    engines: dict[str, dict[str, BoardCosts]]


@dataclass(frozen=True)
class StaticPart:
    """The cycles of all ops of one key, and the cost that they are computed with, `per_work` for each `unit`."""

    key: str
    cost: OpCost
    cycles: float
    unit: Literal["MAC", "input"] = "MAC"


@dataclass(frozen=True)
class StaticCost:
    """Cycles of one inference, estimated.

    Attributes:
        engine, board: whose costs these are: another engine's, or another board's of the same core, where the asked
            ones were not measured.
        error_percent: how far such estimates lay at most from models that did run.
        parts: by the kinds of op that were measured, the costliest first.
        uncounted: how many ops of each kind that was never measured the model has; they are not in the cycles.
    """

    engine: str
    board: str
    error_percent: int
    parts: tuple[StaticPart, ...]
    uncounted: Mapping[str, int]

    @property
    def cycles(self) -> float:
        return sum(part.cycles for part in self.parts)


@cache
def kernel_costs() -> KernelCosts:
    """The measured costs."""
    return msgspec.json.decode(COSTS_FILE.read_bytes(), type=KernelCosts)


def cost_key(model: Model, op: Op) -> str:
    """`CONV_2D int8`, `CONV_2D 1x1 int8`: ops of one key cost alike for a unit of work. int16 is int16x8.

    A convolution with a window of one pixel has a key of its own: nothing is padded there.
    """
    dtypes = {tensor.dtype for tensor in model.op_tensors(op.outputs)}
    filters = model.op_tensors(op.inputs[1:2])
    pointwise = op.name == "CONV_2D" and any(tensor.shape[1:3] == (1, 1) for tensor in filters)
    return f"{op.name} {'1x1 ' if pointwise else ''}{' and '.join(sorted(dtypes))}"


def op_work(model: Model, op: Op) -> int:
    """Multiply-accumulates; elements of the first input where the op has none."""
    inputs = model.op_tensors(op.inputs)
    return op_macs(model, op) or (prod(inputs[0].shape) if inputs else 0)


def op_outputs(model: Model, op: Op) -> int:
    """Elements of the outputs."""
    return sum(prod(tensor.shape) for tensor in model.op_tensors(op.outputs))


def static_cost(model: Model, board: Board, engine: str, known: Mapping[str, Board]) -> StaticCost | None:
    """The estimate; None where nothing was measured on a board of this core, or none of the model's ops.

    Args:
        model: the model.
        board: where it would run.
        engine: what would run it.
        known: boards by name, among them those that were measured.
    """
    measured = kernel_costs().engines
    nearest = [engine, *(other for other in measured if other != engine)]
    same_core = [board.name, *(name for name, other in known.items() if other.core == board.core)]
    for source, name in itertools.product(nearest, same_core):
        if name in measured.get(source, {}):
            costs = measured[source][name]
            parts, uncounted = split_cycles(model, costs.ops)
            return StaticCost(source, name, costs.error_percent, parts, uncounted) if parts else None
    return None


def split_cycles(model: Model, costs: Mapping[str, OpCost]) -> tuple[tuple[StaticPart, ...], Mapping[str, int]]:
    """What `costs` make of the model's ops, the costliest kind first, and how many of each kind they lack."""
    ops: dict[str, list[Op]] = defaultdict(list)
    uncounted: Counter[str] = Counter()
    for op in model.ops:
        key = cost_key(model, op)
        if key in costs:
            ops[key].append(op)
        elif op.name not in _FREE:
            uncounted[key] += 1
    parts = (_part(model, key, costs[key], of_key) for key, of_key in ops.items())
    return tuple(sorted(parts, key=lambda part: -part.cycles)), uncounted


def _part(model: Model, key: str, cost: OpCost, ops: Sequence[Op]) -> StaticPart:
    cycles = sum(cost.cycles(op_work(model, op), op_outputs(model, op)) for op in ops)
    return StaticPart(key, cost, cycles, "MAC" if op_macs(model, ops[0]) else "input")
