"""A board of a farm: leased from labgrid's coordinator, flashed, started and spoken to over the network."""

from __future__ import annotations

import contextlib

from harness.build import Firmware
from harness.closing import Closing
from harness.config import Board, MeterEntry
from harness.config.farm import FarmOptions
from harness.errors import FarmError, TargetError
from harness.target.base import Target
from harness.target.reach import Reach
from harness.target.remote_line import LeasedLine, leased
from harness.target.seats import Seat, seats_of

_MOST_PLACES = 2  # on which one run fails
_MOST_ATTEMPTS = 6  # of one run, those included whose place was lost
_SUSPECT = 2  # failures on one place, of a run that passes on another


class Farm(Target):
    """A place is leased with the first start. At rest it keeps that, its line and what is in its flash, for any target
    of this process; `stop` gives it back.
    """

    kind = "farm"

    def __init__(self, board: Board, options: FarmOptions) -> None:
        self._board = board
        self._options = options
        self._seat: Seat | None = None  # while it is in use
        self._rested: Seat | None = None
        self._reach: Reach | None = None  # the last one, which says what its numbers are
        self._failures: dict[str, list[str]] = {}  # causes, of the run that is under way, by place

    @property
    def place(self) -> str:
        return self._seat.place.name if self._seat else ""

    @property
    def description(self) -> str:
        what = self._reach.description if self._reach else "no place yet"
        return f"{what}, of the farm at {self._options.address}"

    @property
    def provenance(self) -> str:
        return self._reach.provenance if self._reach else "rehearsed"  # nothing was obtained yet

    @property
    def preloads_model(self) -> bool:
        return self._reach is not None and self._reach.preloads_model

    @property
    def icount_shift(self) -> int | None:
        return self._reach.icount_shift if self._reach else None

    @property
    def fastest_baud(self) -> int | None:
        return self._reach.fastest_baud if self._reach else None

    def meter(self) -> MeterEntry | None:
        return self._own_seat().place.meter

    def supplied_by(self, supply: Closing) -> None:
        if self._seat is not None:
            self._seat.supply = supply

    def start(self, firmware: Firmware, model: bytes | None = None) -> LeasedLine:
        """Raises: FarmError: there is no place, or none became free in time."""
        seat = self._own_seat()
        try:
            seat.check()
            self._reach = seat.reach()
            return leased(self._reach.boot(firmware, model), seat)
        except TargetError as error:
            raise TargetError(f"place {seat.place.name}: {error.cause}", error.fix) from None

    def rest(self) -> None:
        if self._seat is None:
            return
        try:
            self._seat.reach().hold()
        except TargetError:
            self.stop()
            return
        self._rested, self._seat = self._seat, None
        seats_of(self._options.address).rest(self._rested)

    def recover(self, failures: int, cause: str) -> bool:
        """First the same place, its power cut in between where that is possible; then another one, likewise: whoever
        had that may have left it dead. A place that was lost counts for nothing.
        """
        seat = self._seat
        if seat is None or failures >= _MOST_ATTEMPTS:
            return False
        if seat.loss:
            self._give_back()
            return True
        causes = self._failures.setdefault(seat.place.name, [])
        causes.append(cause)
        seat.result = "failed"
        if len(causes) < _SUSPECT and self._renewed(seat):
            return True
        return len(self._failures) < _MOST_PLACES and self._moved()

    def settle(self, passed: bool) -> None:
        """A place that failed a run that passed elsewhere takes none any more; a run that fails everywhere is at fault
        itself.
        """
        seat, failures = self._seat, self._failures
        self._failures = {}
        if seat is None:
            return
        seat.result = "passed" if passed else "failed"
        for place, causes in failures.items():
            if passed and len(causes) >= _SUSPECT and place != seat.place.name:
                with contextlib.suppress(FarmError):  # the run passed, whatever became of the farm since
                    seat.coordinator.quarantine(place, causes[-1])

    def stop(self) -> None:
        if self._seat is not None:
            self._give_back()
        elif self._rested is not None:
            seats_of(self._options.address).give_back(self._rested)
        self._rested = None

    def _own_seat(self) -> Seat:
        if self._seat is not None and self._seat.loss:
            self._give_back()
        if self._seat is None:
            self._take()
        assert self._seat is not None
        return self._seat

    def _take(self) -> None:
        timeout_s = self._options.timeout_s if self.may_wait else 0.0
        seats = seats_of(self._options.address)
        self._seat = seats.take(self._board, self._options, frozenset(self._failures), timeout_s)

    def _give_back(self) -> None:
        seat, self._seat = self._seat, None
        if seat is not None:
            seat.give_back()

    def _renewed(self, seat: Seat) -> bool:
        try:
            seat.renew()
        except FarmError:
            return False
        return True

    def _moved(self) -> bool:
        self._give_back()
        try:
            self._take()
        except FarmError:
            return False
        return True
