"""The memory map, the arena over time, and the models that they need."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from support.html_sessions import PERSISTENT_BYTES, digits_file
from support.pictures import shapes
from support.session_records import int8_run, run_record
from support.suites import SUITES_DIR

from harness.html.arena import HEIGHT_PX, arena_picture, arena_plan
from harness.html.memory_map import FLASH, RAM, memory_map
from harness.html.models import find_models
from harness.report import SessionTables

LIMITS = {"arena_bytes": 100_000, "stack_bytes": 20_000}


def test_regions_are_as_wide_as_they_are_large_and_filled_as_far_as_they_are_taken() -> None:
    rects = shapes(memory_map([run_record()], LIMITS, RAM), "rect")
    room, taken = rects[::2], rects[1::2]
    total = 100_000 + 20_000 + 5_120  # static data takes its region whole
    for rects, sizes in ((room, (100_000, 20_000, 5_120)), (taken, (12_288, 1_912, 5_120))):
        assert [rect["width"] for rect in rects] == pytest.approx([100 * size / total for size in sizes], abs=1e-3)
    assert [rect["x"] for rect in room] == [rect["x"] for rect in taken]
    assert taken[1].text == "stack: 1,912 of 20,000 bytes"


def test_without_limits_the_largest_run_fills_its_regions() -> None:
    rects = shapes(memory_map([run_record(), int8_run()], {}, FLASH), "rect")
    assert rects[2]["width"] == rects[3]["width"]
    assert rects[7]["width"] < rects[6]["width"] == rects[2]["width"]


def test_an_unknown_size_takes_nothing() -> None:
    rects = shapes(memory_map([replace(run_record(), stack_bytes=None)], LIMITS, RAM), "rect")
    assert rects[3]["width"] == 0


def test_tensors_lie_where_the_plan_has_them(tables: SessionTables) -> None:
    run = tables.run_records[0]
    plan = arena_plan(run, find_models(SUITES_DIR, [run]))
    assert plan is not None
    assert plan.arena_bytes == plan.planned_bytes + PERSISTENT_BYTES
    *tensors, persistent = shapes(arena_picture(plan, plan.arena_bytes), "rect")
    assert len(tensors) == len(plan.placements)
    assert persistent["y"] == 0
    assert persistent["height"] == pytest.approx(HEIGHT_PX * PERSISTENT_BYTES / plan.arena_bytes, abs=0.1)
    for one in tensors:
        assert persistent["height"] - 0.2 <= one["y"] <= one["y"] + one["height"] <= HEIGHT_PX + 0.2
        for other in tensors:
            apart = one["x"] + one["width"] <= other["x"] + 1e-2 or other["x"] + other["width"] <= one["x"] + 1e-2
            above = one["y"] + one["height"] <= other["y"] + 0.2 or other["y"] + other["height"] <= one["y"] + 0.2
            assert one is other or apart or above


def test_there_is_no_plan_where_the_engine_planned_otherwise(tables: SessionTables) -> None:
    run = tables.run_records[0]
    models = find_models(SUITES_DIR, [run])
    assert arena_plan(replace(run, arena_parts='{"activations": 1}'), models) is None
    assert arena_plan(replace(run, arena_parts=""), models) is None
    assert arena_plan(replace(run, arena_bytes=None), models) is None
    assert arena_plan(run, {}) is None


def test_models_are_known_by_their_content(tables: SessionTables, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    run, other = tables.run_records
    (tmp_path / "deep" / run.model).write_bytes(digits_file("float32").read_bytes())
    (tmp_path / other.model).write_bytes(b"another model of that name")
    assert list(find_models(tmp_path, tables.run_records)) == [run.model_sha256]
    assert find_models(tmp_path / "nowhere", tables.run_records) == {}
