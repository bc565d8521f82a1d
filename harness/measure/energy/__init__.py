"""What an inference costs in energy: computed from a board's energy model."""

from harness.measure.energy.battery import ASSUMPTIONS, Idling, battery_days
from harness.measure.energy.model import energy_uj

__all__ = ["ASSUMPTIONS", "Idling", "battery_days", "energy_uj"]
