"""Waiting for a place: labgrid's reservations, one for each place that would do.

A single reservation by tags would do where every place that has them works. labgrid grants places, too, whose exporter
is gone, and knows of none to avoid.
"""

from __future__ import annotations

import contextlib
import time

from harness.closing import Closing
from harness.errors import FarmError
from harness.farm.agent_process import AgentProcess
from harness.farm.place import FarmPlace
from harness.farm.wish import Wish, describe_places

_LOOK_S = 5.0  # how long nothing may change until one looks again
_BROKEN_S = 5.0  # how long a place is left alone that could not be acquired


def look(agent: AgentProcess, after: int = 0, wait_s: float = 0.0) -> tuple[int, list[FarmPlace]]:
    """The farm's revision and its places, by name: as soon as it is newer than `after`, or when the time is over."""
    answer = agent.ask("places", after=after, wait_s=wait_s)
    places = [FarmPlace.of(entry) for entry in answer["places"]]
    return answer["revision"], sorted(places, key=lambda place: place.name)


def look_now(agent: AgentProcess) -> tuple[int, list[FarmPlace]]:
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
        revision, places = look_now(self._agent)
        while True:
            choices = [place for place in self._wish.choices(places) if not self._is_broken(place)]
            granted = [place for place in choices if place.reservation == self._tokens.get(place.name)]
            fresh = [place for place in choices if place.name not in self._tokens]
            if granted and self._acquire(granted[0].name):
                return self._fresh(granted[0].name)
            if fresh and not granted:
                self._tokens[fresh[0].name] = self._agent.ask("reserve", tags=self._filter(fresh[0]))
            rest_s = give_up_s - time.monotonic()
            busy = bool(fresh or granted)
            if not busy and (rest_s <= 0 or not any(map(self._wish.fits, places))):
                raise self._nothing(places, timeout_s)
            revision, places = look(self._agent, revision, 0.0 if busy else min(rest_s, _LOOK_S))

    def close(self) -> None:
        for token in self._tokens.values():
            with contextlib.suppress(FarmError):  # the coordinator forgot it
                self._agent.ask("cancel", token=token)
        self._tokens.clear()

    def _filter(self, place: FarmPlace) -> dict[str, str]:
        return {**self._wish.all_tags, "name": place.name}

    def _acquire(self, name: str) -> bool:
        try:
            self._agent.ask("acquire", name=name)
        except FarmError as error:
            self._broken[name] = error.cause, time.monotonic()
            self._agent.ask("cancel", token=self._tokens.pop(name))
            return False
        return True

    def _fresh(self, name: str) -> FarmPlace:
        """As it is since it was acquired: an exporter may have started something for it."""
        return next(place for place in look(self._agent)[1] if place.name == name)

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
