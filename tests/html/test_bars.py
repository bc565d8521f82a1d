from __future__ import annotations

import pytest
from support.pictures import shapes

from harness.html.bars import COLORS, Bar, Estimate, Part, color, intervals, stacked
from harness.report.statistics import Interval


def test_bars_are_to_one_scale_and_their_parts_in_order() -> None:
    bars = [
        Bar("float32", "100", [Part(60, ("a",), "first", "c0"), Part(40, ("b",), "second", "c1")]),
        Bar("int8", "50", [Part(50, (), "third", "c2")]),
    ]
    parts = shapes(stacked(bars, "cycles"), "rect")
    assert [(part["x"], part["width"], part.kind, part.text) for part in parts] == [
        (0, 60, "c0", "first"),
        (60, 40, "c1", "second"),
        (0, 50, "c2", "third"),
    ]
    assert parts[2]["y"] > parts[1]["y"]


@pytest.mark.parametrize(("size", "label"), [(50, "1 CONV_2D"), (10, "1"), (1, None)])
def test_a_part_has_the_longest_label_that_fits(size: float, label: str | None) -> None:
    parts = [Part(size, ("1", "1 CONV_2D"), "", "c0"), Part(100 - size, (), "", "c1")]
    texts = [text.text for text in shapes(stacked([Bar("int8", "100", parts)], "cycles"), "text")]
    assert texts == ["int8", "100", *([label] if label else [])]


def test_bars_of_nothing_are_empty() -> None:
    assert shapes(stacked([Bar("int8", "0", [Part(0, (), "", "c0")])], "cycles"), "rect")[0]["width"] == 0


def test_an_interval_lies_around_its_fraction_on_a_scale_that_ends_at_one() -> None:
    estimates = [
        Estimate("float32", 0.9, Interval(0.83, 0.95), "90 %"),
        Estimate("int8", 1.0, Interval(0.97, 1.0), "100 %"),
    ]
    picture = intervals(estimates, "accuracy")
    low, high = (line for line in shapes(picture, "line") if line.kind == "reach")
    first, second = shapes(picture, "circle")
    assert low["x1"] < first["cx"] < low["x2"] < second["cx"]
    assert high["x2"] == second["cx"]
    assert [text.text for text in shapes(picture, "text")][-2:] == ["80%", "100%"]


def test_colors_repeat() -> None:
    assert color(0) == color(COLORS) == "c0"
