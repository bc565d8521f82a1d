"""Lifetimes, and the plan beside the official planner's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tflite_builder import TfliteBuilder

from harness.model import Model, activation_bytes, read_model
from harness.model.plan import ALIGNMENT_BYTES, Lifetime, Placement, lifetimes, place

PRINT_ALLOCATIONS = """
import sys
from tflite_micro.python.tflite_micro import runtime
interpreter = runtime.Interpreter.from_file(sys.argv[1], arena_size=1 << 24)
interpreter.invoke()
interpreter.print_allocations()
"""


@st.composite
def needs(draw: st.DrawFn) -> list[Lifetime]:
    sizes = st.integers(0, 40).map(lambda units: units * ALIGNMENT_BYTES)
    spans = draw(st.lists(st.tuples(sizes, st.integers(0, 9), st.integers(0, 5)), max_size=12))
    return [Lifetime(index, size, first, first + more) for index, (size, first, more) in enumerate(spans)]


def overlap(one: Placement, other: Placement) -> bool:
    return one.offset < other.end and other.offset < one.end


@given(needs())
def test_tensors_alive_together_do_not_overlap(needs: list[Lifetime]) -> None:
    placed = place(needs)
    assert [p.lifetime for p in placed] == needs
    assert all(p.offset >= 0 and p.offset % ALIGNMENT_BYTES == 0 for p in placed)
    pairs = [(one, other) for one in placed for other in placed if one is not other]
    assert not any(overlap(one, other) for one, other in pairs if one.lifetime.meets(other.lifetime))


@given(needs())
def test_plan_needs_no_less_than_the_busiest_moment_and_no_more_than_all(needs: list[Lifetime]) -> None:
    end = max((p.end for p in place(needs)), default=0)
    alive = [sum(need.bytes for need in needs if need.first <= op <= need.last) for op in range(15)]
    assert max(alive) <= end <= sum(need.bytes for need in needs)


def test_of_equal_tensors_the_highest_index_comes_first() -> None:
    first, second = place([Lifetime(0, 32, 0, 1), Lifetime(1, 32, 0, 1)])
    assert (first.offset, second.offset) == (32, 0)


def branches() -> Model:
    """x -> a, b; a + b -> c; unread: d."""
    builder = TfliteBuilder()
    x, a, b, c = (builder.tensor([1, 100], "int8", scale=0.5) for _ in range(4))
    d = builder.tensor([1, 7], "float32")
    builder.tensor([50], "int8", data=bytes(50))
    builder.op("SOFTMAX", [x], [a])
    builder.op("SOFTMAX", [x], [b])
    builder.op("ADD", [a, b], [c])
    return read_model(builder.build(inputs=[x, d]), "m")


def test_lifetimes() -> None:
    assert lifetimes(branches()) == (
        Lifetime(tensor=0, bytes=112, first=0, last=1),
        Lifetime(tensor=1, bytes=112, first=0, last=2),
        Lifetime(tensor=2, bytes=112, first=1, last=2),
        Lifetime(tensor=3, bytes=112, first=2, last=3),
        Lifetime(tensor=4, bytes=32, first=0, last=0),
    )


def test_a_variable_lives_from_the_first_op_to_the_last() -> None:
    builder = TfliteBuilder()
    x, y, z = (builder.tensor([16], "int8", scale=0.5) for _ in range(3))
    state = builder.tensor([16], "int8", scale=0.5, is_variable=True)
    builder.op("SOFTMAX", [x], [y])
    builder.op("ADD", [y, state], [z])
    assert lifetimes(read_model(builder.build(), "m"))[state] == Lifetime(tensor=state, bytes=16, first=0, last=2)


def official_head_bytes(path: Path) -> int:
    """What the official interpreter's planner needs for the same tensors."""
    done = subprocess.run([sys.executable, "-c", PRINT_ALLOCATIONS, path], capture_output=True, text=True, check=True)
    found = re.search(r"Arena allocation head (\d+) bytes", done.stdout + done.stderr)
    assert found
    return int(found[1])


def test_plan_is_as_large_as_the_official_one(cnn: Model, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(cnn.data)
    assert activation_bytes(cnn) == official_head_bytes(path)


@pytest.mark.parametrize("name", ["kws_ref_model", "ad01_int8", "ad01_fp32"])
def test_plan_of_mlperf_models(mlperf_dir: Path, name: str) -> None:
    path = mlperf_dir / f"{name}.tflite"
    assert activation_bytes(read_model(path.read_bytes(), name)) == official_head_bytes(path)
