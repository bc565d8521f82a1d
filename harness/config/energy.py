"""The energy model of a board: what its chip draws while it computes and while it waits."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class EnergyModel(Struct, frozen=True, forbid_unknown_fields=True):
    """`[boards.<name>.energy]` of `boards.toml`; the figures are a datasheet's, or fitted by `harness calibrate`.

    Attributes:
        name: where the figures are from; stands beside every number that is computed with them.
        error: how far what is computed with them is known to be off.
        supply_v: the voltage at which the currents hold.
        run_ua_per_mhz: while the core runs from the memory that holds its code, per MHz of its clock.
        sleep_ua: between two inferences, in a mode that keeps the RAM and a clock that wakes it.
        flash_read_nj: of a data read from flash, where it is not in `run_ua_per_mhz` already.
    """

    name: Annotated[str, Meta(min_length=1)]
    supply_v: Annotated[float, Meta(gt=0, le=60)]
    run_ua_per_mhz: Annotated[float, Meta(gt=0, le=1e6)]
    sleep_ua: Annotated[float, Meta(ge=0, le=1e6)]
    flash_read_nj: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    error: str = "not validated against silicon"

    @property
    def described(self) -> str:
        """Its name and its error."""
        return f"{self.name}: {self.error}"
