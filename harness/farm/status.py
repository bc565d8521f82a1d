"""How a farm is: of every place who has it, how it is and how its last run ended, in words and for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from harness.farm.owner import read_owner
from harness.farm.place import FarmPlace, Remark

HEADINGS = ("place", "board", "health", "held by", "last result", "exporter")

_OWN_TAGS = ("board", "health")
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def status_row(place: FarmPlace, now: datetime) -> tuple[str, ...]:
    """What stands under HEADINGS; lines of one cell are apart."""
    tags = [f"{key}={tag}" for key, tag in sorted(place.tags.items()) if key not in _OWN_TAGS]
    return (
        "\n".join([place.name, *tags]),
        place.board or "no tag board=…",
        _health(place, now),
        _holder(place, now),
        f"{place.notes.last.text} {_age(place.notes.last.when, now)} ago" if place.notes.last else "",
        "\n".join(f"{name} is gone" if gone else name for name, gone in exporters([place]).items()),
    )


def status_summary(places: Sequence[FarmPlace]) -> str:
    """One line: how many there are, and of these how many in which state."""
    quarantined = sum(place.health == "quarantined" for place in places)
    gone = sum(not place.alive for place in places)
    held = sum(bool(place.owner) for place in places)
    usable = sum(place.health == "ok" and place.alive and not place.owner for place in places)
    parts = [f"{usable} free", f"{held} held"]
    parts += [f"{number} {what}" for number, what in ((quarantined, "in quarantine"), (gone, "not exported")) if number]
    return f"{len(places)} place{'' if len(places) == 1 else 's'}: {', '.join(parts)}"


def status_json(places: Iterable[FarmPlace]) -> list[dict[str, Any]]:
    """The places as JSON types; times are in UTC."""
    return [
        {
            "name": place.name,
            "board": place.board,
            "tags": dict(place.tags),
            "health": place.health,
            "quarantine": _remark(place.notes.quarantine),
            "last": _remark(place.notes.last),
            "comment": place.notes.text,
            "owner": place.owner,
            "owner_ended": _has_ended(place.owner),
            "reserved": bool(place.reservation),
            "changed": place.changed.isoformat(timespec="seconds"),
            "alive": place.alive,
            "exporters": {name: not gone for name, gone in exporters([place]).items()},
            "resources": [
                {"name": one.name, "kind": one.kind, "exporter": one.exporter, "alive": one.alive}
                for one in place.resources
            ],
            "missing": list(place.missing),
        }
        for place in places
    ]


def exporters(places: Iterable[FarmPlace]) -> dict[str, bool]:
    """Of each exporter that places need whether something of it is not there."""
    gone: dict[str, bool] = {}
    for place in places:
        for resource in place.resources:
            gone[resource.exporter] = gone.get(resource.exporter, False) or not resource.alive
        for pattern in place.missing:
            gone[pattern.partition("/")[0]] = True
    return gone


def _health(place: FarmPlace, now: datetime) -> str:
    if place.health == "quarantined":
        why = place.notes.quarantine
        return f"quarantined {_age(why.when, now)} ago: {why.text}" if why else "quarantined"
    return place.health or "no tag health=…"


def _holder(place: FarmPlace, now: datetime) -> str:
    if not place.owner:
        return "reserved" if place.reservation else ""
    owner = read_owner(place.owner)
    since = f"for {_age(place.changed, now)}"
    if owner is None:
        return f"{place.owner} {since}"
    who = f"{owner.user}@{owner.host} (pid {owner.pid})"
    return f"{who}, which has ended" if owner.is_dead() else f"{who} {since}"


def _has_ended(name: str) -> bool | None:
    owner = read_owner(name)
    return owner.is_dead() if owner else None


def _age(when: datetime, now: datetime) -> str:
    seconds = max(0, int((now - when).total_seconds()))
    word, unit_s = next((each for each in _UNITS if seconds >= each[1]), _UNITS[-1])
    return f"{seconds // unit_s} {word}"


def _remark(remark: Remark | None) -> dict[str, str] | None:
    return {"text": remark.text, "when": remark.when.isoformat(timespec="seconds")} if remark else None
