from __future__ import annotations

import pytest
from support.pictures import shapes
from support.session_records import metered_run, run_record, window_record

from harness.html.windows import KINDS, scatter, window_picture
from harness.measure.records import Provenance, Quantity, WindowRecord

RUN = metered_run(run_record(), 20_000, 900)
TIME, ENERGY = KINDS.values()


def times(*latencies_us: float) -> list[WindowRecord]:
    return [
        window_record(RUN, number, latency_us=Quantity(value, Provenance.MEASURED), outlier=value > 21_000)
        for number, value in enumerate(latencies_us)
    ]


def test_windows_lie_around_their_median() -> None:
    found = scatter(RUN, times(20_000, 20_200, 22_000, 19_800), TIME)
    assert found is not None
    assert found.median == "median of 4: 20.0 ms"
    assert [dot.deviation for dot in found.dots] == pytest.approx([0, 0.01, 0.1, -0.01])
    dots = shapes(window_picture([found], "time"), "circle")
    assert dots[0]["cx"] == 50
    assert dots[3]["cx"] < 50 < dots[1]["cx"] < dots[2]["cx"] < 100
    assert [dot.kind for dot in dots] == ["c0 dot", "c0 dot", "ring", "c0 dot"]
    assert dots[2].text == "window 2: 22.0 ms, +10.00%"


def test_windows_that_do_not_differ_are_no_picture() -> None:
    assert scatter(RUN, times(20_000, 20_000), TIME) is None
    assert scatter(RUN, [], TIME) is None


def test_time_and_energy_have_windows_of_their_own() -> None:
    energy = [
        window_record(RUN, number, kind="energy", energy_uj=Quantity(value, Provenance.MEASURED))
        for number, value in enumerate((900, 910))
    ]
    assert scatter(RUN, energy, TIME) is None
    found = scatter(RUN, energy, ENERGY)
    assert found is not None
    assert found.dots[1].title == "window 1: 910 µJ"
