"""Energy computed from a predicted time and the currents of a datasheet."""

from __future__ import annotations

from harness.config import EnergyModel


def energy_uj(model: EnergyModel, clock_hz: int, latency_us: float, flash_reads: int = 0) -> float:
    """What a core at `clock_hz` takes from its supply in `latency_us`, in microjoules.

    E = U x I x t, with the current proportional to the clock as datasheets of microcontrollers give it (uA/MHz), and
    the energy of `flash_reads` data reads from flash where the model has one.
    """
    current_ua = model.run_ua_per_mhz * clock_hz / 1e6
    return model.supply_v * current_ua * latency_us / 1e6 + flash_reads * model.flash_read_nj / 1e3
