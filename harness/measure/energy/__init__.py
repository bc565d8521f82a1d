"""What an inference costs in energy: computed from a board's energy model."""

from harness.measure.energy.model import energy_uj

__all__ = ["energy_uj"]
