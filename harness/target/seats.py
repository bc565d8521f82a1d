"""The places of farms that this process holds, and passes on from one target to the next."""

from __future__ import annotations

import atexit
import contextlib
import threading
import weakref

from harness.closing import Closing
from harness.config import Board
from harness.config.farm import FarmOptions
from harness.errors import FarmError, TargetError
from harness.farm import Coordinator, FarmPlace, Wish
from harness.target.reach import Reach, open_reach


class Seat:
    """A leased place and, once somebody asked for it, the line to its board.

    Attributes:
        result: how the last run on it ended.
        supply: of its board, closed when that is disconnected; None: the board has one of its own.
    """

    def __init__(self, coordinator: Coordinator, place: FarmPlace, board: Board) -> None:
        self.coordinator = coordinator
        self.place = place
        self.result = ""
        self.supply: Closing | None = None
        self._board = board
        self._reach: Reach | None = None

    @property
    def loss(self) -> str:
        """Why the place is no longer ours; empty where it is."""
        return self.coordinator.loss(self.place.name)

    def check(self) -> None:
        """Raises: TargetError: the place is lost."""
        if self.loss:
            raise TargetError(f"place {self.place.name} was lost: {self.loss}", "run again: another one is taken")

    def reach(self) -> Reach:
        """The line to its board.

        Raises:
            FarmError: the place has none.
            TargetError: the board is not to be reached, or another one than its tags say.
        """
        if self._reach is None:
            self._reach = open_reach(self._board, self.place)
        return self._reach

    def renew(self) -> None:
        """Give the board a new start: cut its power if that is possible, forget what it holds, connect anew.

        Raises:
            FarmError: its power cannot be switched.
        """
        self.disconnect()
        if self.place.power is not None:
            self.coordinator.power_cycle(self.place.name)

    def serves(self, board: Board, options: FarmOptions) -> bool:
        """Whether such a run may have it; somebody may have put it into quarantine since it was leased."""
        if board != self._board or self.loss:
            return False
        try:
            return Wish(board.name, options.tags).fits(self.coordinator.place(self.place.name))
        except FarmError:
            return False

    def disconnect(self) -> None:
        reach, self._reach = self._reach, None
        if reach is not None:
            reach.close()
        supply, self.supply = self.supply, None
        if supply is not None:
            supply.close()

    def give_back(self) -> None:
        """Release the place; of a farm that is gone nothing is held any more."""
        self.disconnect()
        with contextlib.suppress(FarmError):
            if self.result and not self.loss:
                self.coordinator.note_result(self.place.name, self.result)
            self.coordinator.release(self.place.name)


class Seats:
    """Those of one farm. A process that asks for a place keeps none at rest that another run might wait for."""

    def __init__(self, address: str) -> None:
        self._coordinator = Coordinator(address)
        self._resting: list[Seat] = []
        self._taken: weakref.WeakSet[Seat] = weakref.WeakSet()
        self._lock = threading.Lock()
        atexit.register(self.close)

    @property
    def are_open(self) -> bool:
        """Whether the farm is not lost for good."""
        return self._coordinator.is_open

    def close(self) -> None:
        """Give up all of them."""
        for seat in list(self._taken):
            seat.disconnect()
        self._coordinator.close()

    def take(self, board: Board, options: FarmOptions, avoid: frozenset[str], timeout_s: float) -> Seat:
        """One that rests, else a new one.

        Raises:
            FarmError: there is none, or none became free in time.
        """
        with self._lock:
            fitting = [seat for seat in self._resting if seat.serves(board, options) and seat.place.name not in avoid]
            chosen = fitting[-1] if fitting else None
            left = [seat for seat in self._resting if seat is not chosen and seat not in fitting]
            self._resting = [seat for seat in fitting if seat is not chosen]
        for seat in left:
            seat.give_back()
        if chosen is not None:
            return chosen
        place = self._coordinator.lease(board.name, options.tags, timeout_s, avoid=avoid)
        seat = Seat(self._coordinator, place, board)
        self._taken.add(seat)
        return seat

    def rest(self, seat: Seat) -> None:
        """Keep it for the next one."""
        with self._lock:
            self._resting.append(seat)

    def give_back(self, seat: Seat) -> None:
        """Release it if it rests."""
        with self._lock:
            rests = seat in self._resting
            self._resting = [other for other in self._resting if other is not seat]
        if rests:
            seat.give_back()


_farms: dict[str, Seats] = {}  # by address
_farms_lock = threading.Lock()  # the targets of one run start in threads


def seats_of(address: str) -> Seats:
    """This process's seats of the farm with the coordinator at `address`.

    Raises:
        SetupError: labgrid is not installed.
        FarmError: no coordinator is there.
    """
    with _farms_lock:
        if address not in _farms or not _farms[address].are_open:
            _farms[address] = Seats(address)
        return _farms[address]
