"""Power meters: one module per kind, behind the small ABC of `base`."""

from __future__ import annotations

from harness.config.attached import MeterEntry
from harness.errors import MeterError
from harness.measure.energy.meters.base import Meter

__all__ = ["Meter", "open_meter"]


def open_meter(entry: MeterEntry) -> Meter:
    """The meter of an entry, open.

    Raises:
        MeterError: it is absent, held by another program, or does not answer.
    """
    if entry.kind == "ppk2":
        from harness.measure.energy.meters.ppk2 import Ppk2

        return Ppk2(entry.port)
    raise MeterError(f"meters of kind {entry.kind} are not supported", "use a ppk2")
