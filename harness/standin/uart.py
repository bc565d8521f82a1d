"""What a serial line does to bytes: it takes its time, and a wrong rate garbles them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator

from harness.standin.faulty_line import FaultRates, FaultyWire

_BITS = 10  # of a byte: start, eight of data, stop
_PIECE_S = 0.001  # bytes of so long arrive together: threads wake no finer
_TOLERANCE = 0.03  # a sampling point in the tenth bit is then a third of a bit away from its middle
_UNFIT = FaultRates(flip=0.05)  # what a rate above the line's limit does; how much is this stand-in's choice

Rates = Callable[[], Collection[float]]  # those that a UART may have now: two of them while it changes


class PacedWire:
    """A `Wire` that carries bytes at a rate, ten bits each. Attributes: `baud`, bits a second."""

    def __init__(self, baud: float) -> None:
        self.baud = baud
        self._free_s = 0.0

    def carry(self, data: bytes, since_s: float) -> Iterator[tuple[float, bytes]]:
        byte_s = _BITS / self.baud
        begin_s = max(self._free_s, since_s)
        self._free_s = begin_s + len(data) * byte_s
        size = math.ceil(_PIECE_S / byte_s)
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            yield begin_s + (start + len(piece)) * byte_s, piece


class UartWire:
    """A `Wire` between two UARTs, of which each has a rate.

    Args:
        limit_baud: the fastest that it carries soundly.
        seed: of the places where faster ones fail.
    """

    def __init__(self, sender: Rates, receiver: Rates, limit_baud: float = math.inf, seed: int = 0) -> None:
        self._sender = sender
        self._receiver = receiver
        self._limit_baud = limit_baud
        self._unfit = FaultyWire(_UNFIT, seed)
        self._paced = PacedWire(1.0)

    def carry(self, data: bytes, since_s: float) -> Iterable[tuple[float, bytes]]:
        pairs = list(itertools.product(self._sender(), self._receiver()))
        if not pairs:  # one of the two is off
            return ()
        sent, read = min(pairs, key=lambda pair: abs(pair[1] / pair[0] - 1))
        self._paced.baud = sent
        return self._paced.carry(self._heard(data, sent, read), since_s)

    def _heard(self, data: bytes, sent: float, read: float) -> bytes:
        if sent > self._limit_baud:
            data = b"".join(piece for _, piece in self._unfit.carry(data, 0.0))
        return data if abs(read / sent - 1) <= _TOLERANCE else misread(data, sent, read)


def misread(data: bytes, sent_baud: float, read_baud: float) -> bytes:
    """What a UART at `read_baud` makes of bytes sent back to back at `sent_baud`, each with eight bits and one stop.

    It waits for a start bit, samples each bit in its middle, and gives the byte whether or not the stop bit is one.
    """
    levels = [level for byte in data for level in (0, *(byte >> bit & 1 for bit in range(8)), 1)]
    bit = sent_baud / read_baud  # how long the reader's bits are in those of the sender
    idle = [1] * math.ceil(_BITS * bit + 1)
    levels += idle
    heard = bytearray()
    place = 0
    with_start = len(levels) - len(idle)
    while 0 in levels[place:with_start]:
        start = levels.index(0, place)
        samples = (levels[int(start + (1.5 + index) * bit)] for index in range(8))
        heard.append(sum(level << index for index, level in enumerate(samples)))
        place = levels.index(1, int(start + 9.5 * bit))  # a start bit begins with a falling edge
    return bytes(heard)
