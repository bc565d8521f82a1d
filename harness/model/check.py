"""Will a model run on a board? Asked before anything is built."""

from __future__ import annotations

from harness.config import Board
from harness.errors import ModelError
from harness.model.arena import least_arena_bytes
from harness.model.graph import Model, Op
from harness.model.support import op_trouble, supported_ops

_NAMED_OPS = 6
_IO_DTYPES = {"float32", "int8", "int16"}


def check_model(model: Model, board: Board, engine: str) -> None:
    """Raise where `model` cannot run on `board`; the engine itself has the last word when it loads the model.

    Raises:
        ModelError: lists the ops that `engine` cannot run, and how many bytes are missing in arena or model slot.
        ConfigError: there is no such engine.
    """
    problems = {
        "convert to float32, or full-integer int8 or int16x8, with a fixed batch (keras.Input(batch_size=1)), with "
        f"only the ops of {engine}: {', '.join(sorted(supported_ops(engine)))}": _op_problems(model, engine),
        "take a smaller model or a board with more memory": _size_problems(model, board, engine),
    }
    lines = [line for found in problems.values() for line in found]
    if lines:
        raise ModelError(
            "\n  ".join((f"{model.name} does not run on {board.name} with {engine}:", *lines)),
            "; ".join(fix for fix, found in problems.items() if found),
        )


def _op_problems(model: Model, engine: str) -> list[str]:
    """One line for each cause, however many ops share it."""
    problems = [] if model.subgraph_count == 1 else [f"{model.subgraph_count} subgraphs: control flow"]
    if not model.inputs or not model.outputs:
        problems.append("the model has no input or no output")
    for tensor in (*model.input_tensors, *model.output_tensors):
        if tensor.dtype not in _IO_DTYPES:
            problems.append(f"input or output {tensor}: float32, int8 or int16 is needed")
    ops_by_trouble: dict[str, list[Op]] = {}
    for op in model.ops:
        ops_by_trouble.setdefault(op_trouble(model, op, engine), []).append(op)
    ops_by_trouble.pop("", None)
    return problems + [f"{_place(model, ops)}: {trouble}" for trouble, ops in ops_by_trouble.items()]


def _place(model: Model, ops: list[Op]) -> str:
    """The first op in full, the others by number."""
    outputs = ", ".join(repr(tensor.short_name) for tensor in model.op_tensors(ops[0].outputs))
    others = ", ".join(str(op.index) for op in ops[1:_NAMED_OPS])
    more = f" and {len(ops) - _NAMED_OPS} more" if len(ops) > _NAMED_OPS else ""
    return f"{ops[0]}, output {outputs or 'none'}{', also op ' if others else ''}{others}{more}"


def _size_problems(model: Model, board: Board, engine: str) -> list[str]:
    layout = board.firmware
    wanted = {
        "arena: needs at least": (least_arena_bytes(model, engine), layout.arena.bytes),
        "model slot: needs": (len(model.data), layout.model_slot.bytes),
    }
    return [
        f"{needs} {needed:,} bytes, has {has:,}: {needed - has:,} bytes are missing"
        for needs, (needed, has) in wanted.items()
        if needed > has
    ]
