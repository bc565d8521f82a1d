"""A board's supply through its power meter: one for all benches of this process, on from before the first flash."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from harness.closing import Closing
from harness.config import MeterEntry
from harness.errors import MeterError
from harness.measure.energy.meters import open_meter
from harness.measure.energy.trace import Trace

T = TypeVar("T")


class Supply(Closing):
    """A board that is powered through an open meter, until this is closed, or nobody holds it any more.

    Raises:
        MeterError: the meter is absent, held by another program, or cannot give this voltage or rate.
    """

    def __init__(self, entry: MeterEntry) -> None:
        self.meter = open_meter(entry)
        self.voltage_v = entry.voltage_v
        self.end = weakref.finalize(self, self.meter.close)
        self.end.atexit = False  # see _end_all
        try:
            self.rate_hz = self.meter.own_rate_hz(entry.rate_hz or self.meter.max_rate_hz)
            self.meter.power(entry.voltage_v)
        except MeterError:
            self.end()
            raise

    def close(self) -> None:
        self.end()

    @property
    def is_over(self) -> bool:
        return not self.end.alive

    def traced(self, act: Callable[[], T]) -> tuple[T, Trace]:
        """What `act` returns, and the current from before it until after it.

        Raises:
            MeterError: the meter is gone; the supply is over.
        """
        try:
            self.meter.start(self.rate_hz, self.voltage_v)
            try:
                done = act()
            except BaseException:
                with contextlib.suppress(MeterError):
                    self.meter.stop()
                raise
            return done, self.meter.stop()
        except MeterError:
            self.end()
            raise


_supplies: WeakValueDictionary[tuple[str, str], Supply] = WeakValueDictionary()


def supply_of(entry: MeterEntry) -> Supply:
    """The supply through this meter, shared with everybody in this process who holds it.

    Raises:
        MeterError: as for `Supply`.
    """
    key = entry.kind, entry.port
    supply = _supplies.get(key)
    if supply is None or supply.is_over:
        supply = _supplies[key] = Supply(entry)
    return supply


def _end_all() -> None:
    for supply in list(_supplies.values()):
        supply.end()


# Older than those of all benches, and so called behind theirs where the program ends: a probe does not like a board
# that lost its supply.
weakref.finalize(Supply, _end_all)
