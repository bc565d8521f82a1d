"""The power meter of a place: how its resource and tags say what `boards.toml` says of one on a desk."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import ValidationError, convert

from harness.config import MeterEntry
from harness.errors import FarmError
from harness.farm.resource import SERIAL_PORT, SERVICE, Resource

METER = "meter"  # the resource's name, and the tag that tells its kind
_MILLIVOLTS, _RATE, _DEVICE = "meter_mv", "meter_hz", "meter_device"
RESOURCE_KINDS = {"ppk2": SERIAL_PORT, "lpm01a": SERIAL_PORT, "otii": SERVICE}


def meter_tags(entry: MeterEntry, device: str = "") -> dict[str, str]:
    """A place's tags for this meter; `device`: which one of an Otii program's."""
    tags = {METER: entry.kind, _MILLIVOLTS: str(round(entry.voltage_v * 1000))}
    rate = {_RATE: str(entry.rate_hz)} if entry.rate_hz else {}
    return tags | rate | ({_DEVICE: device} if device else {})


def meter_entry(place: str, resource: Resource | None, tags: Mapping[str, str]) -> MeterEntry | None:
    """What a place's tags make of its resource `meter`; None where it has neither that nor its tag.

    Raises:
        FarmError: one is there without the other, or a tag is wrong.
    """
    if resource is None and METER not in tags:
        return None
    kind = tags.get(METER, "")
    if kind not in RESOURCE_KINDS:
        raise _wrong_tag(place, tags, METER, f"needs one of {', '.join(RESOURCE_KINDS)}", "ppk2")
    if resource is None or resource.kind != RESOURCE_KINDS[kind]:
        raise FarmError(
            f"place {place}: its tag {METER} is {kind!r}, and needs a {RESOURCE_KINDS[kind]} called {METER}; "
            f"it has {resource.kind if resource else 'none'}",
            f"correct that tag, or its match (`labgrid-client -p {place} add-named-match`)",
        )
    voltage_v = _number(place, tags, _MILLIVOLTS, "3300") / 1000
    rate_hz = _number(place, tags, _RATE, "10000") if _RATE in tags else None
    given = {"kind": kind, "port": _port(place, resource, tags), "voltage_v": voltage_v, "rate_hz": rate_hz}
    try:
        return convert(given, MeterEntry)
    except ValidationError as error:
        raise FarmError(f"place {place}: its tags {METER}…: {error}", f"correct {_MILLIVOLTS} or {_RATE}") from None


def _port(place: str, resource: Resource, tags: Mapping[str, str]) -> str:
    """As a `MeterEntry` has it; of a serial port with the place as its name, for the port's number changes."""
    if resource.kind == SERIAL_PORT:
        return f"{resource.url}#{place}"
    host, port = resource.address
    return f"{host}:{port}/{tags.get(_DEVICE, '')}"


def _number(place: str, tags: Mapping[str, str], key: str, example: str) -> int:
    try:
        return int(tags[key])
    except (KeyError, ValueError):
        raise _wrong_tag(place, tags, key, "needs a whole number", example) from None


def _wrong_tag(place: str, tags: Mapping[str, str], key: str, needs: str, example: str) -> FarmError:
    found = f"is {tags[key]!r}" if key in tags else "is missing"
    return FarmError(
        f"place {place}: its tag {key} {found}, and {needs}",
        f"e.g. `labgrid-client -p {place} set-tags {key}={example}`",
    )
