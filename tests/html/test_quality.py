"""Intervals, ROC curves and rooflines."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.pictures import shapes
from support.session_records import run_record, vector_record
from support.suites import SUITES_DIR

from harness.html import find_models
from harness.html.quality import STEPS, estimated, roc, roc_curves
from harness.html.roofline import HEIGHT_PX, points, roofline
from harness.measure.records import Provenance, Quantity, VectorRecord
from harness.report import SessionTables


def scored(normal: list[float], anomalous: list[float]) -> list[VectorRecord]:
    labelled = [*((0, score) for score in normal), *((1, score) for score in anomalous)]
    return [
        replace(vector_record(run_record(), number), label=label, predicted=None, correct=None, score=score)
        for number, (label, score) in enumerate(labelled)
    ]


def test_a_perfect_detector_finds_all_without_an_alarm() -> None:
    assert roc(scored([1, 2, 3], [4, 5])) == (1.0,) * (STEPS + 1)


def test_a_blind_detector_finds_as_many_as_it_alarms() -> None:
    same = list(range(100))
    assert roc(scored(same, same)) == pytest.approx([step / STEPS for step in range(STEPS + 1)])


def test_a_curve_needs_both_classes() -> None:
    assert roc(scored([1], [])) == roc([vector_record(run_record(), 0)]) == ()
    picture = roc_curves({"float32": (), "int8": (0.0, 1.0)})
    assert [line.kind for line in shapes(picture, "line")][-1] == "curve sc1"


def test_an_accuracy_has_wilsons_interval() -> None:
    vectors = [replace(vector_record(run_record(), number), correct=number > 0) for number in range(10)]
    found = estimated(run_record(), vectors)
    assert found is not None
    assert found.title == "90.00% [59.6%, 98.2%], 9 of 10"
    assert estimated(run_record(), [replace(vector_record(run_record(), 0), correct=None)]) is None


def test_an_area_has_an_interval_of_its_own() -> None:
    run = run_record(metric="auc", auc=Quantity(0.9, Provenance.EMULATED))
    found = estimated(run, scored([1.0] * 50, [2.0] * 50))
    assert found is not None
    assert found.title == "0.9000 [0.837, 0.963]"
    assert estimated(run, scored([1.0], [])) is None


def test_a_layer_is_where_its_macs_bytes_and_cycles_put_it(tables: SessionTables) -> None:
    run = tables.run_records[0]
    layers = [layer for layer in tables.layer_records if layer.variant == run.variant]
    models = find_models(SUITES_DIR, [run])
    found = points(run, layers, models)
    assert [point.layer.op for point in found] == ["CONV_2D"] * 3 + ["FULLY_CONNECTED"]
    first = found[0]
    moved = 64 * 4 + (16 * 9 + 16) * 4 + 8 * 8 * 16 * 4  # input, weights and biases, output
    assert first.macs_per_byte == pytest.approx(9_216 / moved)
    assert first.layer.cycles is not None
    assert first.macs_per_cycle == pytest.approx(9_216 / first.layer.cycles.value)
    dots = shapes(roofline({"float32": found}), "circle")
    by_intensity = sorted(range(len(found)), key=lambda index: found[index].macs_per_byte)
    assert by_intensity == sorted(range(len(dots)), key=lambda index: dots[index]["cx"])
    assert all(0 < dot["cx"] < 100 and 0 < dot["cy"] < HEIGHT_PX for dot in dots)


def test_layers_without_macs_or_cycles_have_no_point(tables: SessionTables) -> None:
    run = tables.run_records[0]
    layers = [replace(layer, cycles=None) for layer in tables.layer_records if layer.variant == run.variant]
    assert points(run, layers, find_models(SUITES_DIR, [run])) == []
    assert points(run, layers, {}) == []
