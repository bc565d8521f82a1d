"""Power meters: one module per kind, behind the small ABC of `base`."""

from __future__ import annotations

from importlib import import_module

from harness.config.attached import MeterEntry
from harness.measure.energy.meters.base import Meter

__all__ = ["Meter", "open_meter"]

_CLASSES = {"js220": "Js220", "lpm01a": "Lpm01a", "otii": "Otii", "ppk2": "Ppk2"}


def open_meter(entry: MeterEntry) -> Meter:
    """The meter of an entry, open.

    Raises:
        MeterError: it is absent, held by another program, or does not answer.
        SetupError: a package that this kind needs is not installed.
    """
    module = import_module(f"harness.measure.energy.meters.{entry.kind}")
    meter: Meter = getattr(module, _CLASSES[entry.kind])(entry.port)
    return meter
