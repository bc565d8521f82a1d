"""What a run wants of a farm, which places could give it, and what to say where none can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from harness.farm.place import FarmPlace

_MOST_PLACES = 12  # that a message tells of


@dataclass(frozen=True)
class Wish:
    """A place with such a board.

    Attributes:
        tags: further ones that it must have.
        name: which place; empty for any.
        avoid: names of those that will not do.
    """

    board: str
    tags: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    avoid: frozenset[str] = frozenset()

    @property
    def all_tags(self) -> dict[str, str]:
        return {**self.tags, "board": self.board, "health": "ok"}

    def __str__(self) -> str:
        return ", ".join([*([self.name] if self.name else []), *(f"{key}={tag}" for key, tag in self.all_tags.items())])

    def fits(self, place: FarmPlace) -> bool:
        return not self._mismatch(place)

    def choices(self, places: Iterable[FarmPlace]) -> list[FarmPlace]:
        """Those that could serve now or once they are free: free ones first, of these those whose exporters serve the
        fewest runs, so that one that dies ends few; of these the one that rested longest.
        """
        every = list(places)
        able = [place for place in every if self.fits(place) and place.alive]
        serves = Counter(exporter for place in every if place.owner for exporter in place.exporters)

        def rank(place: FarmPlace) -> tuple[bool, int, datetime]:
            runs = max(serves[exporter] for exporter in place.exporters)
            return bool(place.owner or place.reservation), runs, place.changed

        return sorted(able, key=rank)

    def obstacle(self, place: FarmPlace) -> str:
        """Why the place cannot serve now."""
        return self._mismatch(place) or describe_absence(place) or describe_holder(place) or "just taken"

    def _mismatch(self, place: FarmPlace) -> str:
        """Why it will not serve however long one waits; empty where it can."""
        if self.name not in ("", place.name):
            return f"not {self.name}"
        if place.health == "quarantined":
            return describe_quarantine(place)
        wrong = [
            f"{key}={place.tags[key]}" if key in place.tags else f"no {key}"
            for key, tag in self.all_tags.items()
            if place.tags.get(key) != tag
        ]
        if wrong:
            return " and ".join(wrong)
        if place.name in self.avoid:
            return "failed before"
        return place.defect if place.alive else ""


def describe_places(wish: Wish, places: Iterable[FarmPlace], broken: Mapping[str, str]) -> str:
    """What there is, and why each of it does not serve; `broken`: of those that could not be acquired, why."""
    told = [f"{place.name} ({broken.get(place.name) or wish.obstacle(place)})" for place in places]
    more = [f"{len(told) - _MOST_PLACES} more"] if len(told) > _MOST_PLACES else []
    count = f"{len(told)} place{'' if len(told) == 1 else 's'}"
    return f"{count}: {', '.join(told[:_MOST_PLACES] + more)}" if told else "it has no places"


def describe_quarantine(place: FarmPlace) -> str:
    if place.health != "quarantined":
        return ""
    why = place.notes.quarantine
    return f"quarantined since {why.when:%Y-%m-%d %H:%M} UTC: {why.text}" if why else "quarantined"


def describe_holder(place: FarmPlace) -> str:
    if place.owner:
        return f"held by {place.owner} since {place.changed:%Y-%m-%d %H:%M} UTC"
    return "reserved for somebody" if place.reservation else ""


def describe_absence(place: FarmPlace) -> str:
    """What of it is not exported."""
    dead = [f"{one.name} of exporter {one.exporter}" for one in place.resources if not one.alive]
    gone = [*dead, *place.missing] or ([] if place.resources else ["everything"])
    return f"not exported: {', '.join(gone)}" if gone else ""
