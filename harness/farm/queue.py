"""Waiting for a place: labgrid's reservations, one for each place that would do.

A single reservation by tags would do where every place that has them works. labgrid grants places, too, whose exporter
is gone, and knows of none to avoid.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from harness.closing import Closing
from harness.errors import FarmError
from harness.farm.agent_process import AgentProcess
from harness.farm.place import FarmPlace
from harness.farm.wish import Wish, describe_places

_LOOK_S = 5.0  # how long nothing may change until one looks again
_BROKEN_S = 5.0  # how long a place is left alone that could not be acquired


@dataclass(frozen=True)
class View:
    """A farm as it is: its places, by name, and the tokens of our reservations, which a restarted coordinator forgets.

    Attributes:
        revision: grows with every change.
    """

    revision: int
    places: list[FarmPlace]
    tokens: frozenset[str]


def look(agent: AgentProcess, after: int = 0, wait_s: float = 0.0) -> View:
    """As soon as it is newer than revision `after`, or when the time is over."""
    answer = agent.ask("places", after=after, wait_s=wait_s)
    places = [FarmPlace.of(entry) for entry in answer["places"]]
    return View(answer["revision"], sorted(places, key=lambda place: place.name), frozenset(answer["tokens"]))


def look_now(agent: AgentProcess) -> View:
    """The same with all that has happened until now."""
    agent.ask("sync")
    return look(agent)


class Queue(Closing):
    """One run's reservations, which end with it."""

    def __init__(self, agent: AgentProcess, wish: Wish) -> None:
        self._agent = agent
        self._wish = wish
        self._tokens: dict[str, str] = {}  # by place
        self._broken: dict[str, tuple[str, float]] = {}  # by place: why it could not be acquired, and when that was

    def wait(self, timeout_s: float) -> FarmPlace:
        """A place, acquired.

        Raises:
            FarmError: none can serve, or none became free in time.
        """
        give_up_s = time.monotonic() + timeout_s
        view = look_now(self._agent)
        while True:
            self._tokens = {place: token for place, token in self._tokens.items() if token in view.tokens}
            choices = [place for place in self._wish.choices(view.places) if not self._is_broken(place)]
            granted = [place for place in choices if place.reservation == self._tokens.get(place.name)]
            fresh = [place for place in choices if place.name not in self._tokens]
            if granted and self._acquire(granted[0].name):
                return self._fresh(granted[0].name)
            if fresh and not granted:
                self._reserve(fresh[0].name)
            rest_s = give_up_s - time.monotonic()
            busy = bool(fresh or granted)
            if not busy and (rest_s <= 0 or not any(map(self._wish.fits, view.places))):
                raise self._nothing(view.places, timeout_s)
            view = look(self._agent, view.revision, 0.0 if busy else min(rest_s, _LOOK_S))

    def close(self) -> None:
        for token in self._tokens.values():
            self._cancel(token)
        self._tokens.clear()

    def _reserve(self, name: str) -> None:
        try:
            self._tokens[name] = self._agent.ask("reserve", tags={**self._wish.all_tags, "name": name})
        except FarmError as error:
            self._leave_alone(name, error)

    def _acquire(self, name: str) -> bool:
        try:
            self._agent.ask("acquire", name=name)
        except FarmError as error:
            self._leave_alone(name, error)
            return False
        return True

    def _leave_alone(self, name: str, error: FarmError) -> None:
        """For a while: its exporter may have died, or the coordinator be about to come back."""
        if self._agent.end:
            raise error
        self._broken[name] = error.cause, time.monotonic()
        if token := self._tokens.pop(name, ""):
            self._cancel(token)

    def _cancel(self, token: str) -> None:
        with contextlib.suppress(FarmError):  # the coordinator forgot it
            self._agent.ask("cancel", token=token)

    def _fresh(self, name: str) -> FarmPlace:
        """As it is since it was acquired: an exporter may have started something for it."""
        return next(place for place in look(self._agent).places if place.name == name)

    def _is_broken(self, place: FarmPlace) -> bool:
        return place.name in self._broken and time.monotonic() < self._broken[place.name][1] + _BROKEN_S

    def _nothing(self, places: list[FarmPlace], timeout_s: float) -> FarmError:
        could = any(map(self._wish.fits, places))
        waited = could and timeout_s > 0
        said = f"no place with {self._wish} became free in {timeout_s:g} s" if waited else f"no place has {self._wish}"
        there = describe_places(self._wish, places, {name: why for name, (why, _) in self._broken.items()})
        return FarmError(
            f"farm at {self._agent.address}: {said}: {there}",
            "wait longer, with --farm-timeout" if could else "correct --board or --farm-tag; see `harness farm status`",
        )
