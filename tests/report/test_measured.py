"""Tables of measured figures: windows, a meter's energies, and whether they are of silicon."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console
from support.session_records import (
    int8_run,
    layer_records,
    metered_layers,
    metered_run,
    run_record,
    tables_of,
    window_record,
)

from harness.measure.records import Provenance, Quantity, RunRecord
from harness.report import SessionTables, render_markdown, render_terminal
from harness.report.compare import comparisons
from harness.report.measured import REHEARSED
from harness.report.table import Comparison, Row

FLOAT = metered_run(run_record(), 34_570.0, 1_058.0)
INT8 = metered_run(int8_run(), 14_602.0, 446.9)


def compared(tables: SessionTables) -> Comparison:
    (comparison,) = comparisons(tables)
    return comparison


def rows_of(comparison: Comparison) -> dict[str, Row]:
    return {row.label: row for row in comparison.rows}


def rehearsed(run: RunRecord) -> RunRecord:
    assert run.energy_uj
    return replace(run, energy_uj=Quantity(run.energy_uj.value, Provenance.REHEARSED))


def test_time_is_a_median_of_windows_with_its_spread() -> None:
    rows = rows_of(compared(tables_of(FLOAT, replace(INT8, inferences_per_window=1_000))))
    assert rows["ms/inference"] == Row("ms/inference", ("34.57", "14.60"), ("2.4x faster",), "measured")
    assert rows["range of 10 windows"].cells == ("34.22-35.61", "14.46-15.04")
    assert rows["windows ±IQR/2"].cells == ("10 of 64 ±0.20%", "10 of 1,000 ±0.20%")


def test_a_meter_gives_energy_idle_power_and_days() -> None:
    comparison = compared(tables_of(FLOAT, INT8))
    rows = rows_of(comparison)
    assert rows["µJ/inference"] == Row("µJ/inference", ("1,058", "446.90"), ("2.4x less",), "measured")
    assert rows["µW between inferences"] == Row("µW between inferences", ("6,612", "6,612"), ("equal",), "measured")
    # 446.9 uJ a second and 6612 uW for the 98.54 % of it between inferences, at 3.3 V, of 235 mAh
    days = 235 * 3.6 * 3.3 / (446.9e-6 + 6612e-6 * (1 - 0.014602)) / 86_400
    assert rows["days on cr2032 at 1/s"].cells[1] == f"{days:.2f}"
    assert "energy is complete" not in rows
    assert "energy by PPK2 C0FFEE at 3.3 V, nothing subtracted" in comparison.notes
    assert "the board's clock is -0.25 % off this computer's" in comparison.notes


def test_energy_that_is_incomplete_is_marked_and_the_reason_told() -> None:
    lossy = replace(INT8, energy_incomplete="3 of 10 windows: samples were lost")
    comparison = compared(tables_of(FLOAT, lossy))
    assert rows_of(comparison)["energy is complete"].cells == ("yes", "no")
    assert "int8: energy incomplete: 3 of 10 windows: samples were lost" in comparison.notes


def test_without_a_marker_nothing_is_made_up() -> None:
    blind = replace(INT8, energy_uj=None, idle_power_uw=None, energy_incomplete="10 of 10 windows: no marker")
    rows = rows_of(compared(tables_of(FLOAT, blind)))
    assert rows["µJ/inference"].cells == ("1,058", "not timed")
    assert rows["µW between inferences"].cells[1] == "not metered"
    assert rows["days on cr2032 at 1/s"].cells[1] == "not known"


def test_a_board_too_slow_for_the_rate_has_no_days() -> None:
    slow = metered_run(int8_run(), 1_200_000.0, 446.9)
    assert rows_of(compared(tables_of(slow)))["days on cr2032 at 1/s"].cells == ("too slow",)


def test_outliers_are_counted_by_variant_and_kind() -> None:
    windows = [window_record(INT8, index, outlier=index in (3, 4)) for index in range(10)]
    windows += [window_record(INT8, index, kind="energy", outlier=index == 7) for index in range(10)]
    notes = compared(tables_of(FLOAT, INT8, *windows)).notes
    assert "int8: 2 of 10 time windows outside of Tukey's fences; the median counts them" in notes
    assert "int8: 1 of 10 energy windows outside of Tukey's fences; the median counts them" in notes


def test_layers_are_ranked_by_time_and_by_energy() -> None:
    comparison = compared(tables_of(INT8, layers=metered_layers(INT8)))
    labels = [row.label for row in comparison.rows]
    assert labels.index("top 5 of 8 layers, µs") < labels.index("top 5 of 8 layers, µJ")
    assert "energy of 3 of 8 layers split by time: too short for the meter, or no marker seen" in comparison.notes
    every = [replace(layer, energy_by="marker") for layer in metered_layers(INT8)]
    assert "energy of layers by the marker" in compared(tables_of(INT8, layers=every)).notes


@pytest.mark.parametrize("run", [rehearsed(INT8), replace(INT8, accuracy=Quantity(0.9, Provenance.REHEARSED))])
def test_a_rehearsal_says_so_above_all_else_in_every_table(run: RunRecord) -> None:
    assert compared(tables_of(run)).details[0] == REHEARSED
    assert compared(tables_of(INT8)).details[0] != REHEARSED
    others = replace(run, engine="tflm"), replace(run, board="nucleo-l4r5zi")
    for other in others:
        for comparison in comparisons(tables_of(run, other)):
            assert comparison.details[0] == REHEARSED
    assert "rehearsed" in render_markdown(tables_of(run))


def test_without_a_meter_none_of_it_is_there() -> None:
    run = run_record()
    text = render_markdown(tables_of(run, layers=layer_records(run)))
    for word in ("IQR", "µW", "cr2032", "REHEARSED", "clock is"):
        assert word not in text


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(width: int) -> None:
    stream = io.StringIO()
    layers = [*metered_layers(FLOAT), *metered_layers(INT8)]
    render_terminal(tables_of(FLOAT, rehearsed(INT8), layers=layers), Console(file=stream, width=width))
    lines = stream.getvalue().splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert sum(line.startswith("µJ/inference") for line in lines) == 1
