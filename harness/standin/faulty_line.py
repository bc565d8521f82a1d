"""A line that damages what passes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Self

from harness.link.client import Stream
from harness.standin.line_proxy import LineProxy

_SPLIT_S = 0.002  # long enough that the receiver reads what came before


@dataclass(frozen=True)
class FaultRates:
    """How often what happens, per byte.

    Attributes:
        drop: the byte is lost.
        flip: one of its bits is.
        duplicate: it comes twice.
        split: there is a pause of 2 ms before it.
        delay: there is one of `delay_s` before it.
    """

    drop: float = 0.0
    flip: float = 0.0
    duplicate: float = 0.0
    split: float = 0.0
    delay: float = 0.0
    delay_s: float = 0.05

    @property
    def shares(self) -> tuple[float, ...]:
        """The rates in the order of `FaultyWire`'s faults."""
        return astuple(self)[:-1]

    @classmethod
    def damage(cls, rate: float) -> Self:
        """Bytes are damaged at `rate`, in all three ways alike."""
        return cls(drop=rate / 3, flip=rate / 3, duplicate=rate / 3)


class FaultyWire:
    """A `Wire` with faults at random places, the same for the same seed and the same bytes.

    Attributes:
        carried_bytes: that were sent.
        damaged_bytes: those of them that were dropped, flipped or duplicated.
    """

    def __init__(self, rates: FaultRates, seed: int) -> None:
        self.carried_bytes = 0
        self.damaged_bytes = 0
        self._rates = rates
        self._random = random.Random(seed)
        self._sound_bytes = self._draw_distance()

    def carry(self, data: bytes, since_s: float) -> Iterator[tuple[float, bytes]]:
        self.carried_bytes += len(data)
        arrival_s = since_s
        piece = bytearray()
        begin = 0
        while self._sound_bytes < len(data) - begin:
            place = begin + int(self._sound_bytes)
            piece += data[begin:place]
            heard, pause_s = self._draw_fault(data[place])
            if pause_s:
                yield arrival_s, bytes(piece)
                piece.clear()
                arrival_s += pause_s
            piece += heard
            begin = place + 1
            self._sound_bytes = self._draw_distance()
        self._sound_bytes -= len(data) - begin
        yield arrival_s, bytes(piece + data[begin:])

    def _draw_distance(self) -> float:
        """The number of sound bytes before the next fault: geometrically distributed."""
        rate = sum(self._rates.shares)
        if rate <= 0:
            return math.inf
        return 0 if rate >= 1 else math.floor(math.log(1 - self._random.random()) / math.log1p(-rate))

    def _draw_fault(self, byte: int) -> tuple[bytes, float]:
        """What is heard of a faulty byte, and the pause before it in seconds."""
        flipped = byte ^ 1 << self._random.randrange(8)
        faults = (
            (b"", 0.0),
            (bytes([flipped]), 0.0),
            (bytes([byte, byte]), 0.0),
            (bytes([byte]), _SPLIT_S),
            (bytes([byte]), self._rates.delay_s),
        )
        ((heard, pause_s),) = self._random.choices(faults, self._rates.shares)
        self.damaged_bytes += not pause_s
        return heard, pause_s


class FaultyLine(LineProxy):
    """A line to a device with faults in both directions.

    Args:
        seed: of their places.
    """

    def __init__(self, device: Stream, rates: FaultRates, seed: int = 0) -> None:
        self._wires = FaultyWire(rates, seed), FaultyWire(rates, seed + 1)
        super().__init__(device, *self._wires)

    @property
    def carried_bytes(self) -> int:
        """That were sent, in both directions."""
        return sum(wire.carried_bytes for wire in self._wires)

    @property
    def damaged_bytes(self) -> int:
        """Those of them that were dropped, flipped or duplicated."""
        return sum(wire.damaged_bytes for wire in self._wires)
