"""The arena: no two tensors that live at the same time overlap, and the size it reports is the size it needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware.engine.graphs import layers
from firmware.engine.native import ARENA_TOO_SMALL, OK, NativeEngine, feed
from hypothesis import given
from hypothesis import strategies as st
from support.tflite_builder import TfliteBuilder

from harness.model.plan import Lifetime, place

ALIGNMENT = 16


Record = tuple[int, int, int]  # bytes, first op, last op
RECORDS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 12), st.integers(0, 12)).map(
        lambda drawn: (drawn[0] * ALIGNMENT, min(drawn[1:]), max(drawn[1:]))
    ),
    min_size=1,
    max_size=16,
)


NO_BOUNDARY = 2**64 - 1
BOUNDARIES = st.one_of(st.just(NO_BOUNDARY), st.integers(0, 60).map(lambda units: units * ALIGNMENT))


def plan(program: Path, records: list[Record], boundary: int = NO_BOUNDARY) -> tuple[tuple[int, int], list[int]]:
    """The bytes of both pieces, and the records' offsets."""
    words = [boundary, len(records), *(word for record in records for word in record)]
    first, second, *offsets = map(int, feed(program, ["plan " + " ".join(map(str, words))])[0].split())
    return (first, second), offsets


def live_together(a: Record, b: Record) -> bool:
    return a[1] <= b[2] and b[1] <= a[2]


def largest_moment(records: list[Record]) -> int:
    """What no plan can do with less than: the largest sum of what lives at one op."""
    return max(sum(size for size, first, last in records if first <= op <= last) for op in range(13))


@given(RECORDS, BOUNDARIES)
def test_live_tensors_do_not_overlap(arithmetic: Path, records: list[Record], boundary: int) -> None:
    (first, second), offsets = plan(arithmetic, records, boundary)
    placed = [(offset, offset + record[0], record) for offset, record in zip(offsets, records, strict=True)]
    for i, (begin, end, record) in enumerate(placed):
        assert begin % ALIGNMENT == 0
        assert end <= boundary or begin >= boundary
        for other_begin, other_end, other in placed[:i]:
            assert not live_together(record, other) or end <= other_begin or other_end <= begin
    assert first == max((end for begin, end, _ in placed if begin < boundary), default=0)
    assert second == max((end - boundary for begin, end, _ in placed if begin >= boundary), default=0)
    assert first + second >= largest_moment(records)


@given(RECORDS, BOUNDARIES)
def test_the_harness_plans_alike(arithmetic: Path, records: list[Record], boundary: int) -> None:
    needs = [Lifetime(index, *record) for index, record in enumerate(records)]
    placed = place(needs, None if boundary == NO_BOUNDARY else boundary)
    assert plan(arithmetic, records, boundary)[1] == [placement.offset for placement in placed]


def test_a_tensor_that_would_lie_across_the_boundary_begins_there(arithmetic: Path) -> None:
    records = [(64, 0, 1), (32, 0, 1), (16, 0, 1)]
    assert plan(arithmetic, records, boundary=80) == ((80, 32), [0, 80, 64])


def test_the_plan_is_greedy_by_size_with_ties_from_the_last(arithmetic: Path) -> None:
    records = [(32, 0, 1), (64, 1, 2), (32, 1, 1), (16, 2, 2)]
    assert plan(arithmetic, records) == ((128, 0), [96, 0, 64, 64])


def test_arena_size_is_exact(engine: NativeEngine) -> None:
    """Every size below the reported one is refused, with a size that then suffices; from the size of the plan's own
    records on, with the exact one."""
    model, vector = layers(), bytes(72)
    whole = engine.run(model, vector)
    assert whole.status == OK
    exact = engine.run(model, vector, whole.arena_bytes)
    assert (exact.status, exact.arena_bytes, exact.output) == (OK, whole.arena_bytes, whole.output)
    for size in range(0, whole.arena_bytes, 8):
        refused = engine.run(model, vector, size)
        assert refused.status == ARENA_TOO_SMALL
        assert refused.detail >= whole.arena_bytes
    assert refused.detail == whole.arena_bytes
    for size in (0, 8, 256, 1024):
        needed = engine.run(model, vector, size).detail
        assert engine.run(model, vector, needed).status == OK


@pytest.mark.parametrize("first", [16, 256, 1000, 1024, 1536, 2048, 2304])
def test_size_of_the_second_piece_is_exact(engine: NativeEngine, first: int) -> None:
    """Beside a first piece that is too small: with the second one 8 bytes smaller, the same size is asked for."""
    model, vector = layers(), bytes(72)
    whole = engine.run(model, vector)
    split = engine.run(model, vector, first, 1 << 16)
    assert (split.status, split.output, split.persistent_bytes) == (OK, whole.output, whole.persistent_bytes)
    assert split.arena_bytes >= whole.arena_bytes
    second = split.arena_bytes - first // ALIGNMENT * ALIGNMENT
    exact = engine.run(model, vector, first, second)
    assert (exact.status, exact.arena_bytes, exact.output) == (OK, split.arena_bytes, whole.output)
    refused = engine.run(model, vector, first, second - 8)
    assert (refused.status, refused.detail) == (ARENA_TOO_SMALL, split.arena_bytes)
    for size in range(8, second, 64):
        needed = engine.run(model, vector, first, size).detail
        assert engine.run(model, vector, first, needed - first // ALIGNMENT * ALIGNMENT).status == OK


def test_a_second_piece_that_nothing_needs(engine: NativeEngine) -> None:
    whole = engine.run(layers(), bytes(72))
    assert engine.run(layers(), bytes(72), (whole.arena_bytes + 15) // 16 * 16, 4096) == whole


def test_persistent_part(engine: NativeEngine) -> None:
    run = engine.run(layers(), bytes(72))
    assert 0 < run.persistent_bytes < run.arena_bytes
    assert (run.arena_bytes - run.persistent_bytes) % ALIGNMENT == 0


def test_outputs_and_inputs_that_no_op_touches(engine: NativeEngine) -> None:
    """Inputs and outputs keep a place even where no op reads or writes them."""
    b = TfliteBuilder()
    x, unused = b.tensor([4], "float32"), b.tensor([4], "float32")
    y = b.tensor([4], "float32")
    b.op("RESHAPE", [x], [y])
    run = engine.run(b.build([x, unused], [y, x]), bytes(range(32)))
    assert (run.status, run.output) == (OK, bytes(range(16)) * 2)
