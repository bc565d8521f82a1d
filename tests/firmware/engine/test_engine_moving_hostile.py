"""Ops that move values, with operands that do not fit together: each is refused, none reads or writes elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from firmware.engine.native import BAD_MODEL, OK, UNSUPPORTED, NativeEngine
from support.tflite_builder import TfliteBuilder

Constant = list[int] | int
Operand = tuple[Sequence[int], str] | Constant  # shape and type of an activation, or an int32 constant
LARGEST, SMALLEST = 2**31 - 1, -(2**31)


def one_op(name: str, inputs: list[Operand], outputs: list[Operand], **options: Any) -> bytes:
    b = TfliteBuilder()

    def tensor(operand: Operand) -> int:
        if isinstance(operand, tuple):
            return b.tensor(*operand, scale=0.1 if operand[1] in ("int8", "int16") else None)
        return b.tensor(np.shape(operand), "int32", data=operand)

    b.op(name, list(map(tensor, inputs)), list(map(tensor, outputs)), **options)
    return b.build()


def f(*shape: int) -> Operand:
    return shape, "float32"


@pytest.mark.parametrize(
    ("inputs", "output", "axis", "status"),
    [
        ([f(2, 3), f(2, 1)], f(2, 4), 1, OK),
        ([f(2, 3), f(2, 1)], f(2, 4), -1, OK),
        ([f(2, 3), f(2, 1)], f(2, 4), 2, BAD_MODEL),
        ([f(2, 3), f(2, 1)], f(2, 4), -3, BAD_MODEL),
        ([f(2, 3), f(2, 1)], f(2, 4), SMALLEST, BAD_MODEL),
        ([f(2, 3), f(2, 1)], f(2, 5), 1, BAD_MODEL),
        ([f(2, 3), f(1, 1)], f(2, 4), 1, BAD_MODEL),
        ([f(2, 3), f(2)], f(2, 4), 1, BAD_MODEL),
        ([f(2, 3), f(2, 3)], f(2, 3, 2), 2, BAD_MODEL),
        ([], f(2), 0, BAD_MODEL),
        ([f(1)] * 11, f(11), 0, BAD_MODEL),
        ([f(2), ((2,), "int32")], f(4), 0, UNSUPPORTED),
    ],
)
def test_concatenation(engine: NativeEngine, inputs: list[Operand], output: Operand, axis: int, status: int) -> None:
    run = engine.run(one_op("CONCATENATION", inputs, [output], axis=axis))
    assert run.status == status, run.text


def test_concatenation_of_different_scales(engine: NativeEngine) -> None:
    b = TfliteBuilder()
    inputs = [b.tensor([2], "int8", scale=scale) for scale in (0.1, 0.2)]
    b.op("CONCATENATION", inputs, [b.tensor([4], "int8", scale=0.1)])
    assert engine.run(b.build()).status == UNSUPPORTED


@pytest.mark.parametrize(
    ("inputs", "output", "axis", "status"),
    [
        ([f(2, 3)] * 2, f(2, 2, 3), 1, OK),
        ([f(2, 3)] * 2, f(2, 3, 2), -1, OK),
        ([f(2, 3)] * 2, f(2, 3, 2), 0, BAD_MODEL),
        ([f(2, 3)] * 2, f(3, 2, 3), 0, BAD_MODEL),
        ([f(2, 3)] * 2, f(2, 2, 3), 3, BAD_MODEL),
        ([f()], f(), 0, BAD_MODEL),
        ([f(2, 3), f(3, 2)], f(2, 2, 3), 0, BAD_MODEL),
    ],
)
def test_pack(engine: NativeEngine, inputs: list[Operand], output: Operand, axis: int, status: int) -> None:
    run = engine.run(one_op("PACK", inputs, [output], axis=axis))
    assert run.status == status, run.text


@pytest.mark.parametrize(
    ("axis", "value", "outputs", "status"),
    [
        (1, f(2, 4), [f(2, 2)] * 2, OK),
        (1, f(2, 4), [f(2, 3), f(2, 1)], OK),
        (1, f(2, 4), [f(2, 2)] * 3, BAD_MODEL),
        (0, f(2, 4), [f(2, 2)] * 2, BAD_MODEL),
        (2, f(2, 4), [f(2, 2)] * 2, BAD_MODEL),
        (LARGEST, f(2, 4), [f(2, 2)] * 2, BAD_MODEL),
        ([0, 1], f(2, 4), [f(2, 2)] * 2, BAD_MODEL),
        (((), "int32"), f(2, 4), [f(2, 2)] * 2, UNSUPPORTED),
        (0, f(9), [f(1)] * 9, BAD_MODEL),
        (1, f(2, 4), [f(2, 2), ((2, 2), "int32")], UNSUPPORTED),
    ],
)
def test_split(engine: NativeEngine, axis: Operand, value: Operand, outputs: list[Operand], status: int) -> None:
    run = engine.run(one_op("SPLIT", [axis, value], outputs, num_splits=len(outputs)))
    assert run.status == status, run.text


@pytest.mark.parametrize(
    ("value", "axes", "output", "status"),
    [
        (f(2, 3), [1, 0], f(3, 2), OK),
        (f(2, 3), [1, 0], f(2, 3), BAD_MODEL),
        (f(2, 2), [0, 0], f(2, 2), BAD_MODEL),
        (f(2, 2), [0, 2], f(2, 2), BAD_MODEL),
        (f(2, 2), [0], f(2, 2), BAD_MODEL),
        (f(2, 2), [0, 1, 2], f(2, 2, 1), BAD_MODEL),
        (f(2, 2), ((2,), "int32"), f(2, 2), UNSUPPORTED),
    ],
)
def test_transpose(engine: NativeEngine, value: Operand, axes: Operand, output: Operand, status: int) -> None:
    run = engine.run(one_op("TRANSPOSE", [value, axes], [output]))
    assert run.status == status, run.text


@pytest.mark.parametrize(
    ("begin", "end", "stride", "output", "masks", "status"),
    [
        ([1], [5], [2], f(2), {}, OK),
        ([LARGEST], [SMALLEST], [-1], f(6), {}, OK),
        ([SMALLEST], [LARGEST], [LARGEST], f(1), {}, OK),
        ([LARGEST], [SMALLEST], [SMALLEST], f(1), {}, OK),
        ([1], [5], [0], f(2), {}, BAD_MODEL),
        ([1], [5], [2], f(3), {}, BAD_MODEL),
        ([1], [5], [2], f(2, 1), {}, BAD_MODEL),
        ([5], [1], [2], f(1), {}, BAD_MODEL),
        ([1, 0], [5, 1], [2, 1], f(2), {}, BAD_MODEL),
        ([6], [7], [1], f(), {"shrink_axis_mask": 1}, BAD_MODEL),
        ([-7], [7], [1], f(), {"shrink_axis_mask": 1}, OK),
        ([5], [7], [-1], f(), {"shrink_axis_mask": 1}, BAD_MODEL),
        ([0], [6], [1], f(6), {"ellipsis_mask": 1}, UNSUPPORTED),
        ([0], [6], [1], f(1, 6), {"new_axis_mask": 1}, UNSUPPORTED),
        ([1], [2], [1], f(2), {"offset": True}, UNSUPPORTED),
        (((1,), "int32"), [5], [2], f(2), {}, UNSUPPORTED),
    ],
)
def test_strided_slice(  # noqa: PLR0913, PLR0917  one case
    engine: NativeEngine, begin: Operand, end: Operand, stride: Operand, output: Operand, masks: Any, status: int
) -> None:
    """Of six elements."""
    run = engine.run(one_op("STRIDED_SLICE", [f(6), begin, end, stride], [output], **masks))
    assert run.status == status, run.text


@pytest.mark.parametrize(
    ("value", "size", "output", "status"),
    [
        (f(1, 2, 2, 1), [3, 4], f(1, 3, 4, 1), OK),
        (f(1, 2, 2, 1), [4, 3], f(1, 3, 4, 1), BAD_MODEL),
        (f(1, 2, 2, 1), [3, 4], f(2, 3, 4, 1), BAD_MODEL),
        (f(1, 2, 2, 1), [3, 4], f(1, 3, 4, 2), BAD_MODEL),
        (f(1, 2, 2), [3, 4], f(1, 3, 4), BAD_MODEL),
        (f(1, 2, 2, 1), [3, 4, 1], f(1, 3, 4, 1), BAD_MODEL),
        (f(1, 2, 2, 1), [1, 1 << 25], f(1, 1, 1 << 25, 1), UNSUPPORTED),
    ],
)
def test_resize(engine: NativeEngine, value: Operand, size: Operand, output: Operand, status: int) -> None:
    run = engine.run(one_op("RESIZE_NEAREST_NEIGHBOR", [value, size], [output]))
    assert run.status == status, run.text


@pytest.mark.parametrize(
    ("output", "status"), [(((2,), "int32"), OK), (((3,), "int32"), BAD_MODEL), (((2,), "int64"), UNSUPPORTED)]
)
def test_shape(engine: NativeEngine, output: Operand, status: int) -> None:
    run = engine.run(one_op("SHAPE", [f(5, 7)], [output]))
    assert run.status == status, run.text
    assert status != OK or run.output == np.array([5, 7], np.int32).tobytes()
