"""Will a model run on a board? Asked before anything is built."""

from __future__ import annotations

from collections.abc import Sequence

from harness.config import Board, engine_folder, engines_by_folder
from harness.errors import ModelError, NoFitError
from harness.model.fit import shortages
from harness.model.graph import Model, Op
from harness.model.support import op_trouble, supported_ops

_NAMED_OPS = 6
_IO_DTYPES = {"float32", "int8", "int16"}


def check_model(model: Model, board: Board, engine: str) -> None:
    """Raise where `model` cannot run on `board`; the engine itself has the last word when it loads the model.

    Raises:
        ModelError: lists the ops that `engine` cannot run, and what memory is lacking beside.
        NoFitError: only memory is lacking.
        ConfigError: there is no such engine.
    """
    problems, lacking = [*_model_problems(model), *_op_problems(model, engine)], shortages(model, board, engine)
    if problems:
        heading = f"{model.name} does not run on {board.name} with {engine}:"
        fixes = [_op_fix(model, engine), *([NoFitError.FIX] if lacking else [])]
        raise ModelError("\n  ".join((heading, *problems, *map(str, lacking))), "; ".join(fixes))
    if lacking:
        raise NoFitError(f"{model.name} does not fit {board.name} with {engine}", lacking)


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
