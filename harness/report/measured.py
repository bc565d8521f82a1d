"""What tables say of measured figures: of how many windows, how far they scatter, with what, and if on silicon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.config.battery import BATTERIES
from harness.config.numbers import rate
from harness.measure.energy import Idling, battery_days
from harness.measure.records import LayerRecord, Provenance, RunRecord, WindowRecord
from harness.report.figures import Figure
from harness.report.schema import quantity_fields
from harness.report.table import Row, distinct
from harness.report.tables import SessionTables, run_key
from harness.report.wording import decimal, digits, ratio

REHEARSED = "REHEARSED: such figures are of a stand-in for hardware. They prove the path, and say nothing of silicon"
BATTERY = BATTERIES["cr2032"]
RATE = rate("1/s")
IDLE = Figure(
    "µW between inferences",
    "not metered",
    lambda run: run.idle_power_uw,
    decimal,
    lambda value, reference: ratio(value, reference, "less", "more"),
)


def is_rehearsed(runs: Iterable[RunRecord]) -> bool:
    """Whether any figure is of a stand-in for hardware."""
    return any(
        quantity is not None and quantity.provenance is Provenance.REHEARSED
        for run in runs
        for quantity in (getattr(run, name) for name in quantity_fields(RunRecord))
    )


def window_rows(runs: Sequence[RunRecord]) -> list[Row]:
    """Of times that are medians of windows: how many of how many inferences, and half the interquartile range."""

    def cell(run: RunRecord) -> str:
        if run.latency_us is None or run.latency_us_spread is None or not run.latency_us.value:
            return "not timed"
        spread = run.latency_us_spread / 2 / run.latency_us.value
        return f"{run.repeats} of {run.inferences_per_window:,} ±{spread:.2%}"

    if all(run.inferences_per_window == 1 for run in runs):
        return []
    return [Row("windows ±IQR/2", tuple(map(cell, runs)), ("",) * (len(runs) - 1), depth=1)]


def meter_rows(runs: Sequence[RunRecord]) -> list[Row]:
    """What a meter tells beside the energy of an inference; nothing where there was none."""
    if not any(run.meter for run in runs):
        return []
    plain, how = ("",) * (len(runs) - 1), distinct(run.idle_power_uw.provenance for run in runs if run.idle_power_uw)
    complete = tuple("no" if run.energy_incomplete else "yes" for run in runs)
    return [
        *([Row("energy is complete", complete, plain, depth=1)] if "no" in complete else []),
        IDLE.row(runs),
        Row(f"days on {BATTERY.name} at {RATE.text}", tuple(map(_days_text, runs)), plain, how),
    ]


def _days_text(run: RunRecord) -> str:
    """With the idle power that was measured: this firmware waits, it does not switch off."""
    energy, idle, latency = run.energy_uj, run.idle_power_uw, run.latency_us
    if not energy or not idle or not latency or not run.supply_v:
        return "not known"
    days = battery_days(BATTERY, Idling(run.supply_v, idle.value / run.supply_v), RATE, latency.value, energy.value)
    return digits(days) if days is not None else "too slow"


def measured_notes(tables: SessionTables, runs: Sequence[RunRecord]) -> list[str]:
    """What is to say of these runs' windows, meters and clocks."""
    keys = set(map(run_key, runs))
    windows = [window for window in tables.window_records if run_key(window) in keys]
    layers = [layer for layer in tables.layer_records if run_key(layer) in keys]
    lacks = [f"{run.variant}: energy incomplete: {run.energy_incomplete}" for run in runs if run.energy_incomplete]
    return [*_outliers(windows), *meter_notes(runs), *lacks, *_layer_energies(layers), *_days(runs), *_clock(runs)]


def meter_notes(runs: Iterable[RunRecord]) -> list[str]:
    """With what energies were measured."""
    found = (f"energy by {run.meter} at {run.supply_v} V, nothing subtracted" for run in runs if run.meter)
    return list(dict.fromkeys(found))


def _days(runs: Iterable[RunRecord]) -> list[str]:
    """What the row of days assumes."""
    if not any(run.meter for run in runs):
        return []
    return [f"days on {BATTERY.name} ({BATTERY.capacity_mah:g} mAh): between inferences the board waits as it did here"]


def _outliers(windows: Iterable[WindowRecord]) -> list[str]:
    """`int8: 1 of 10 time windows is an outlier, …`."""
    found: dict[tuple[str, str], list[bool]] = {}
    for window in windows:
        found.setdefault((window.variant, window.kind), []).append(window.outlier)
    return [
        f"{variant}: {sum(marks)} of {len(marks)} {kind} windows outside of Tukey's fences; the median counts them"
        for (variant, kind), marks in found.items()
        if any(marks)
    ]


def _layer_energies(layers: Iterable[LayerRecord]) -> list[str]:
    """How the layers' measured energies were told apart."""
    ways = [layer.energy_by for layer in layers if layer.energy_by]
    by_time = ways.count("time")
    if not by_time:
        return ["energy of layers by the marker"] if ways else []
    return [f"energy of {by_time} of {len(ways)} layers split by time: too short for the meter, or no marker seen"]


def _clock(runs: Iterable[RunRecord]) -> list[str]:
    offs = [run.clock_off_percent for run in runs if run.clock_off_percent is not None]
    return [f"the board's clock is {max(offs, key=abs):+.2f} % off this computer's"] if offs else []
