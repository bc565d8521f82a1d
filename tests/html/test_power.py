"""Power over time: drawn without losing a peak or bridging a gap, and told in figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.pictures import shapes
from support.session_records import metered_layers, metered_run, run_record, tables_of, trace_record

from harness.html import render_html
from harness.html.power import PowerTrace, columns
from harness.measure.records import Provenance, Series, TraceRecord

RUN = metered_run(run_record(), 20_000, 900)
LAYERS = metered_layers(RUN)
OP_BEGINS_US = tuple(100.0 * index for index in range(len(LAYERS)))


def trace_of(*points_uw: tuple[float, float, float]) -> TraceRecord:
    """Points of 5 µs each from -5 µs on: least, mean, greatest."""
    least, mean, most = zip(*points_uw, strict=True)
    return trace_record(
        RUN,
        rate_hz=1e6,
        samples_per_point=5,
        time_us=tuple(5.0 * (place - 1) for place in range(len(points_uw))),
        power_uw=Series(mean, Provenance.REHEARSED),
        power_uw_min=least,
        power_uw_max=most,
        end_us=5.0 * (len(points_uw) - 2),
    )


def power(trace: TraceRecord) -> PowerTrace:
    return PowerTrace(trace, RUN, LAYERS, {layer.op: "c1" for layer in LAYERS})


@given(st.integers(2, 2000), st.data())
def test_few_columns_have_every_peak_and_every_dip(length: int, data: st.DataObject) -> None:
    points_uw = [(2.0, 3.0, 4.0)] * length
    peak, dip = data.draw(st.integers(0, length - 1)), data.draw(st.integers(0, length - 1))
    points_uw[peak] = (2.0, 3.0, 9.0)
    points_uw[dip] = (1.0, *points_uw[dip][1:])
    (part,) = columns(trace_of(*points_uw))
    assert len(part) <= 400
    assert (min(column.least_uw for column in part), max(column.most_uw for column in part)) == (1.0, 9.0)
    assert sum(column.mean_uw for column in part) == pytest.approx(3 * len(part))


def test_nothing_is_drawn_where_samples_were_lost() -> None:
    whole = trace_of(*[(1.0, 2.0, 3.0)] * 9)
    lossy = replace(whole, time_us=(*whole.time_us[:4], *(time_us + 100 for time_us in whole.time_us[4:])))
    assert [len(part) for part in columns(lossy)] == [4, 5]
    assert len(shapes(power(lossy).picture(), "path")) == 4  # what was reached and the mean, twice


def test_the_picture_has_the_window_the_marker_and_what_is_idle() -> None:
    picture = power(trace_record(RUN)).picture()
    (window,) = shapes(picture, "rect")
    assert (window["x"], window["width"]) == pytest.approx((25, 50))
    assert window.text == "64 inferences: 100 µs"
    assert {"dashed: idle, 6.61 mW", "50.0 mW", "64 inferences", "100 µs"} <= {
        text.text for text in shapes(picture, "text")
    }
    ticks = [line["x1"] for line in shapes(picture, "line") if line["x1"] == line["x2"]]
    assert ticks == pytest.approx([25, 75])
    (dashed,) = [line for line in shapes(picture, "line") if line.kind == "roof"]
    assert window["y"] < dashed["y1"] < window["y"] + window["height"]


def test_a_profile_has_a_band_for_each_op_in_its_color() -> None:
    trace = trace_record(RUN, kind="profile", window=None, inferences=1, op_begins_us=OP_BEGINS_US, end_us=800.0)
    bands = shapes(power(trace).picture(), "rect")
    assert len(bands) == len(LAYERS)
    assert {band.kind for band in bands} == {"band c1"}
    assert bands[2].text.startswith("2 CONV_2D 1x8x8x32: ")
    assert power(trace).caption == "Power over time, float32: one inference, op by op"


def test_the_figures_are_those_of_the_window_and_of_its_rests() -> None:
    before, window, after = power(trace_record(RUN)).stretches()
    assert before[:4] == ("before", "-50.0 µs", "50.0 µs", "6.60 mW")
    assert window == ("64 inferences", "0", "100 µs", "37.9 mW", "33.0 mW", "50.0 mW", "57.6 mJ")
    assert after[:3] == ("after", "100 µs", "50.0 µs")


def test_of_an_op_that_is_shorter_than_a_point_only_the_time_is_told() -> None:
    begins_us = (0.0, 60.0)
    layers = [
        replace(layer, latency_us=replace(layer.latency_us, value=value))
        for layer, value in zip(LAYERS[:2], (55.0, 20.0), strict=True)
        if layer.latency_us
    ]
    trace = trace_record(RUN, kind="profile", window=None, inferences=1, op_begins_us=begins_us)
    _, long, short, _ = PowerTrace(trace, RUN, layers, {layer.op: "c1" for layer in layers}).stretches()
    assert (long.mean, long.most) == ("39.6 mW", "50.0 mW")
    assert (short.mean, short.least, short.most) == ("-", "-", "-")
    assert short.lasts == "20.0 µs"


def test_a_page_shows_it_with_its_source_and_has_the_points_as_a_file() -> None:
    page = render_html(tables_of(RUN, trace_record(RUN), layers=LAYERS), {})
    assert "Power over time, float32: 64 inferences, window 4" in page
    assert "PPK2 C0FFEE, 100,000 samples a second, measured: 20 samples in 4 points." in page
    assert "traces.csv.gz" in page


def test_a_run_without_a_meter_has_no_such_picture() -> None:
    assert "Power over time" not in render_html(tables_of(run_record()), {})
