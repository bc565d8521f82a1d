"""Batteries that a board may run on."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from dataclasses import dataclass

_CAPACITY = re.compile(r"(\d+(?:\.\d+)?)mAh", re.ASCII)


@dataclass(frozen=True)
class Battery:
    """A battery that gives `capacity_mah` at the small mean currents of a sleeping board; `source` of the figure."""

    name: str
    capacity_mah: float
    source: str


# Energizer's datasheets of these cells: typical capacity at 21 C.
BATTERIES = {
    battery.name: battery
    for battery in (
        Battery("cr2032", 235, "Energizer CR2032 datasheet, to 2.0 V at 15 kohm"),
        Battery("cr2450", 620, "Energizer CR2450 datasheet, to 2.0 V at 7.5 kohm"),
        Battery("cr123a", 1500, "Energizer 123 datasheet, to 2.0 V at 100 ohm"),
    )
}


def battery(text: str) -> Battery:
    """For a command line: one that is known by its name, or any by its capacity, `1000mAh`."""
    if text in BATTERIES:
        return BATTERIES[text]
    capacity = _CAPACITY.fullmatch(text)
    if capacity is None or not float(capacity[1]):
        raise ArgumentTypeError(f"{text!r} is no battery; give one of {', '.join(BATTERIES)}, or e.g. 1000mAh")
    return Battery(text, float(capacity[1]), "as given")
