"""Will a model run on a board? Asked before anything is built."""

from __future__ import annotations

from collections.abc import Sequence

from harness.config import Board, FirmwareLayout, engine_folder, engines_by_folder
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
    model_problems, op_problems = _model_problems(model), _op_problems(model, engine)
    size_problems = _size_problems(model, board, engine)
    fixes = [_op_fix(model, engine)] if model_problems or op_problems else []
    fixes += ["take a smaller model or a board with more memory"] if size_problems else []
    if fixes:
        heading = f"{model.name} does not run on {board.name} with {engine}:"
        raise ModelError("\n  ".join((heading, *model_problems, *op_problems, *size_problems)), "; ".join(fixes))


def _model_problems(model: Model) -> list[str]:
    """What no engine takes."""
    problems = [] if model.subgraph_count == 1 else [f"{model.subgraph_count} subgraphs: control flow"]
    if not model.inputs or not model.outputs:
        problems.append("the model has no input or no output")
    for tensor in (*model.input_tensors, *model.output_tensors):
        if tensor.dtype not in _IO_DTYPES:
            problems.append(f"input or output {tensor}: float32, int8 or int16 is needed")
    return problems


def _op_problems(model: Model, engine: str) -> list[str]:
    """One line for each cause, however many ops share it."""
    ops_by_trouble: dict[str, list[Op]] = {}
    for op in model.ops:
        ops_by_trouble.setdefault(op_trouble(model, op, engine), []).append(op)
    ops_by_trouble.pop("", None)
    return [
        f"{_place(model, ops)}: {trouble}{_elsewhere(model, ops, engine)}" for trouble, ops in ops_by_trouble.items()
    ]


def _op_fix(model: Model, engine: str) -> str:
    engines = [] if _model_problems(model) else _engines_with(model, model.ops, engine)
    others = "".join(f"use --engine={other}, or " for other in engines)
    convert = "convert to float32, or full-integer int8 or int16x8, with a fixed batch (keras.Input(batch_size=1))"
    names = supported_ops(engine)
    lacks_one = any(op.is_custom or op.name not in names for op in model.ops)
    return f"{others}{convert}" + (f", with only the ops of {engine}: `harness ops` lists them" if lacks_one else "")


def _elsewhere(model: Model, ops: list[Op], engine: str) -> str:
    return "".join(f"; {other} has it" for other in _engines_with(model, ops, engine))


def _engines_with(model: Model, ops: Sequence[Op], but: str) -> list[str]:
    """The engines other than `but` that can run `ops`; of those that are builds of one library the first."""
    libraries = engines_by_folder()
    del libraries[engine_folder(but)]
    return [name for name in libraries.values() if not any(op_trouble(model, op, name) for op in ops)]


def _place(model: Model, ops: list[Op]) -> str:
    """The first op in full, the others by number."""
    outputs = ", ".join(repr(tensor.short_name) for tensor in model.op_tensors(ops[0].outputs))
    others = ", ".join(str(op.index) for op in ops[1:_NAMED_OPS])
    more = f" and {len(ops) - _NAMED_OPS} more" if len(ops) > _NAMED_OPS else ""
    return f"{ops[0]}, output {outputs or 'none'}{', also op ' if others else ''}{others}{more}"


def _arena_bytes(model: Model, layout: FirmwareLayout, engine: str) -> int:
    """What the model needs in one piece; where the board has as much, what it needs in the board's pieces."""
    in_one_piece = least_arena_bytes(model, engine)
    if in_one_piece > layout.arena_bytes:
        return in_one_piece
    return least_arena_bytes(model, engine, [piece.bytes for piece in layout.arena_pieces])


def _size_problems(model: Model, board: Board, engine: str) -> list[str]:
    layout = board.firmware
    wanted = {
        "arena: needs at least": (_arena_bytes(model, layout, engine), layout.arena_bytes),
        "model slot: needs": (len(model.data), layout.model_slot.bytes),
    }
    return [
        f"{needs} {needed:,} bytes, has {has:,}: {needed - has:,} bytes are missing"
        for needs, (needed, has) in wanted.items()
        if needed > has
    ]
