"""The check before a build: what it says, and what it lets pass."""

from __future__ import annotations

import msgspec
import pytest
from support.tflite_builder import TfliteBuilder, pack

from harness.config import Board, load_boards
from harness.errors import ModelError, NoFitError
from harness.model import Model, check, check_model, least_arena_bytes, read_model, support
from harness.model.support import OpSupport
from harness.paths import shipped_boards_file


@pytest.fixture(scope="module")
def board() -> Board:
    return load_boards([shipped_boards_file()])["stm32l475"]


def with_memory(board: Board, arena_bytes: int, slot_bytes: int) -> Board:
    layout = board.firmware
    layout = msgspec.structs.replace(
        layout,
        arena=msgspec.structs.replace(layout.arena, bytes=arena_bytes),
        second_arena=None,
        model_slot=msgspec.structs.replace(layout.model_slot, bytes=slot_bytes),
    )
    return msgspec.structs.replace(board, firmware=layout)


def refusal(model: Model, board: Board) -> ModelError:
    with pytest.raises(ModelError) as caught:
        check_model(model, board, "builtin")
    return caught.value


def test_model_that_fits_exactly(cnn: Model, board: Board) -> None:
    check_model(cnn, with_memory(board, least_arena_bytes(cnn, "builtin"), len(cnn.data)), "builtin")


def test_missing_bytes_are_counted(cnn: Model, board: Board) -> None:
    error = refusal(cnn, with_memory(board, least_arena_bytes(cnn, "builtin") - 16, len(cnn.data) - 3))
    arena, slot = error.cause.removeprefix(f"{cnn.name} does not fit stm32l475 with builtin: ").split("; ")
    assert arena.startswith("arena: needs at least ")
    assert arena.endswith(": 16 bytes are missing")
    assert slot.startswith("model slot: needs at least ")
    assert slot.endswith(": 3 bytes are missing")
    assert isinstance(error, NoFitError)
    assert [(part.part, part.missing_bytes) for part in error.shortages] == [("arena", 16), ("model slot", 3)]
    assert error.fix == NoFitError.FIX


def trouble_of_each_kind() -> Model:
    b = TfliteBuilder()
    x = b.tensor([1, 200, 200, 4], "float32", name="image")
    wave = [b.tensor([1, 200, 200, 4], "float32", name=f"wave{index};fused/with/more") for index in range(3)]
    b.op("SIN", [x], [wave[0]])
    b.op("SIN", [wave[0]], [wave[1]])
    b.op("MyOp", [wave[1]], [wave[2]])
    return read_model(b.build(), "waves.tflite")


def test_every_trouble_is_listed_once(board: Board) -> None:
    error = refusal(trouble_of_each_kind(), board)
    assert error.cause.splitlines()[:3] == [
        "waves.tflite does not run on stm32l475 with builtin:",
        "  op 0 (SIN), output 'wave0', also op 1: builtin has no SIN",
        "  op 2 (MyOp), output 'wave2': builtin has no custom op MyOp",
    ]
    assert error.cause.splitlines()[3].startswith("  arena: needs at least 1,280,0")
    assert "only the ops of builtin: `harness ops` lists them" in error.fix
    assert "more memory" in error.fix


def test_control_flow_and_missing_ends(cnn: Model, board: Board) -> None:
    b = TfliteBuilder()
    b.tensor([1], "float32")
    official = b.model_object(inputs=[], outputs=[])
    official.subgraphs.append(official.subgraphs[0])
    error = refusal(read_model(pack(official), "m"), board)
    assert error.cause.splitlines()[1:] == ["  2 subgraphs: control flow", "  the model has no input or no output"]


def model_of(op: str) -> Model:
    b = TfliteBuilder()
    x, y = b.tensor([1, 4], "float32"), b.tensor([1, 4], "float32", name="end")
    b.op(op, [x], [y])
    return read_model(b.build(), "m.tflite")


def test_an_op_that_another_engine_has(board: Board) -> None:
    error = refusal(model_of("ELU"), board)
    assert error.cause.splitlines()[1:] == ["  op 0 (ELU), output 'end': builtin has no ELU; tflm has it"]
    assert error.fix.startswith("use --engine=tflm, or convert to ")
    check_model(model_of("ELU"), board, "tflm")


@pytest.mark.parametrize("engine", ["tflm", "tflm-ref"])
def test_an_op_that_no_engine_has(board: Board, engine: str) -> None:
    with pytest.raises(ModelError) as caught:
        check_model(model_of("SIN"), board, engine)
    assert caught.value.cause.splitlines()[1:] == [f"  op 0 (SIN), output 'end': {engine} has no SIN"]
    assert caught.value.fix.startswith("convert to ")


def test_an_op_that_tflm_lacks(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    supported = {"builtin": {"SIN": OpSupport(frozenset({"float32"}), frozenset())}, "tflm": {}}
    monkeypatch.setattr(support, "supported_ops", supported.__getitem__)
    monkeypatch.setattr(check, "supported_ops", supported.__getitem__)
    with pytest.raises(ModelError, match="tflm has no SIN; builtin has it"):
        check_model(model_of("SIN"), board, "tflm")


@pytest.mark.parametrize("engine", ["builtin", "tflm"])
def test_a_hybrid_model(board: Board, engine: str) -> None:
    b = TfliteBuilder()
    x, y = b.tensor([1, 4], "float32"), b.tensor([1, 2], "float32", name="end")
    weights = b.tensor([2, 4], "int8", scale=0.5, data=[[1] * 4] * 2)
    b.op("FULLY_CONNECTED", [x, weights, -1], [y])
    with pytest.raises(ModelError) as caught:
        check_model(read_model(b.build(), "m"), board, engine)
    said = "  op 0 (FULLY_CONNECTED), output 'end': hybrid: float32 values meet quantized weights"
    assert caught.value.cause.splitlines()[1:] == [said]


def test_what_no_engine_takes_sends_nobody_to_another_engine(board: Board) -> None:
    b = TfliteBuilder()
    x, y, z = b.tensor([1, 4], "uint8"), b.tensor([1, 4], "float32"), b.tensor([1, 4], "float32")
    b.op("ELU", [y], [z])
    error = refusal(read_model(b.build(inputs=[x, y], outputs=[z]), "m"), board)
    assert "input or output" in error.cause
    assert error.fix.startswith("convert to ")
