"""Figures and differences in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.wording import bytes_change, clock_frequency, counted, decimal, points, printable, ratio, whole


def test_figures() -> None:
    assert whole(7_201_334) == "7,201,334"
    assert [decimal(value) for value in (7201.3, 713.25, 0.071)] == ["7,201", "713.25", "0.07"]
    assert clock_frequency(80_000_000) == "80 MHz"
    assert clock_frequency(32_768_000) == "32.768 MHz"
    assert [counted(number, "vector") for number in (0, 1, "1", "0/1")] == [
        "0 vectors",
        "1 vector",
        "1 vector",
        "0/1 vectors",
    ]


def test_accuracy_differs_in_points() -> None:
    assert points(0.9798, 0.9824) == "-0.26 points"
    assert points(0.99, 0.98) == "+1.00 points"
    assert points(0.5, 0.5) == "equal"


@pytest.mark.parametrize(
    ("value", "reference", "said"),
    [
        (10, 24, "2.4x fewer"),
        (24, 10, "2.4x more"),
        (10, 10, "equal"),
        (999, 1000, "0.10% fewer"),
        (1040, 1000, "4.0% more"),
        (1, 12_345, "12,345x fewer"),
        (0, 10, ""),
        (10, 0, ""),
    ],
)
def test_costs_differ_by_a_factor_or_per_cent_where_that_says_more(value: float, reference: float, said: str) -> None:
    assert ratio(value, reference, "fewer", "more") == said


@pytest.mark.parametrize(
    ("value", "reference", "said"),
    [
        (26, 100, "-74%"),
        (103, 100, "+3%"),
        (1_000_012, 1_000_000, "+12 bytes"),
        (100, 100, "equal"),
        (12, 0, "+12 bytes"),
        (0, 100, "-100%"),
    ],
)
def test_bytes_differ_by_per_cent_or_by_bytes_where_that_says_more(value: int, reference: int, said: str) -> None:
    assert bytes_change(value, reference) == said


@given(st.text())
def test_printable_text_is_one_line_without_control_characters(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)
