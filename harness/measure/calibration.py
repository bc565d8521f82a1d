"""Fit a board's cost and energy model to what was measured on silicon.

Both models are lines through zero, y = a x, and so is the fit: a = sum(x y) / sum(x x), least squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.config import EnergyModel

SIGNIFICANT_DIGITS = 5  # more than any meter has


class Sample(NamedTuple):
    """One run or one layer: what the cost model says of it, and what was measured.

    Attributes:
        cycles: by the cost model, without any scale.
        flash_reads: data reads from flash, as emulated.
        energy_uj: None where no meter was there.
        supply_v: the voltage that it was measured at; None: the model's.
    """

    cycles: float
    flash_reads: float
    latency_us: float
    energy_uj: float | None = None
    supply_v: float | None = None


class Fit(NamedTuple):
    """A value of boards.toml before and after the fit, and by how much each misses the measurements on average."""

    old: float
    new: float
    samples: int
    old_error_percent: float
    new_error_percent: float


def fit_cycle_scale(samples: Sequence[Sample], clock_hz: int, old: float) -> Fit:
    """The factor on the model's cycles that comes nearest to the measured times."""
    return _fit([(sample.cycles / clock_hz * 1e6, sample.latency_us) for sample in samples], old)


def fit_run_current(samples: Sequence[Sample], model: EnergyModel, clock_hz: int) -> Fit | None:
    """The current per MHz (uA) that comes nearest to the measured energies; None where there are none."""
    megacycles = [clock_hz / 1e6 * sample.latency_us / 1e6 for sample in samples]
    points = [
        ((sample.supply_v or model.supply_v) * count, sample.energy_uj - sample.flash_reads * model.flash_read_nj / 1e3)
        for sample, count in zip(samples, megacycles, strict=True)
        if sample.energy_uj is not None
    ]
    return _fit(points, model.run_ua_per_mhz) if points else None


def _fit(points: Sequence[tuple[float, float]], old: float) -> Fit:
    slope = sum(x * y for x, y in points) / sum(x * x for x, _ in points)
    new = float(f"{slope:.{SIGNIFICANT_DIGITS}g}")
    return Fit(old, new, len(points), _mean_error_percent(points, old), _mean_error_percent(points, new))


def _mean_error_percent(points: Sequence[tuple[float, float]], slope: float) -> float:
    return 100 * sum(abs(slope * x / y - 1) for x, y in points) / len(points)
