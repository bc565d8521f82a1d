"""The memories of an MCU."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Positive = Annotated[int, Meta(gt=0)]
Natural = Annotated[int, Meta(ge=0)]


class Memory(Struct, frozen=True, forbid_unknown_fields=True):
    """A memory of the MCU. `address` and `bytes` as in its reference manual's memory map."""

    kind: Literal["flash", "ram"]
    address: Natural
    bytes: Positive
