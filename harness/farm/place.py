"""A place of a farm: one board, what belongs to it, and how it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from harness.config import MeterEntry
from harness.errors import FarmError
from harness.farm.meter import METER, meter_entry
from harness.farm.resource import SERIAL_PORT, Resource

Health = Literal["ok", "quarantined", ""]
_SERIAL, _PROBE, _GDB, _POWER = "serial", "probe", "gdb", "power"  # names of resources

_SEPARATOR = " | "
_LAST = re.compile(r"last: (?P<outcome>\S+) (?P<when>\S+)")
_QUARANTINE = re.compile(r"quarantined (?P<when>\S+): (?P<reason>.*)")
_MOST_REASON = 200  # characters


@dataclass(frozen=True)
class Remark:
    """Something about a place, and since when."""

    text: str
    when: datetime


@dataclass(frozen=True)
class Notes:
    """What a place's comment holds: a person's own text, its last result, why it is in quarantine."""

    text: str = ""
    last: Remark | None = None
    quarantine: Remark | None = None

    @classmethod
    def read(cls, comment: str) -> Notes:
        """What `str` wrote, or anybody."""
        own: list[str] = []
        found: dict[str, Remark] = {}
        for part in filter(None, comment.split(_SEPARATOR)):
            if match := _LAST.fullmatch(part):
                key, text = "last", match["outcome"]
            elif match := _QUARANTINE.fullmatch(part):
                key, text = "quarantine", match["reason"]
            when = _read_time(match["when"]) if match else None
            if when is None:
                own.append(part)
            else:
                found[key] = Remark(text, when)
        return cls(_SEPARATOR.join(own), **found)

    def __str__(self) -> str:
        parts = [self.text]
        if self.last:
            parts.append(f"last: {self.last.text} {_write_time(self.last.when)}")
        if self.quarantine:
            parts.append(f"quarantined {_write_time(self.quarantine.when)}: {one_line(self.quarantine.text)}")
        return _SEPARATOR.join(filter(None, parts))


@dataclass(frozen=True)
class FarmPlace:
    """A place as the coordinator knows it.

    Attributes:
        owner: who has it, by labgrid's name; empty where nobody has.
        changed: when it was acquired, released, tagged or commented last.
        reservation: the token of who is to have it next; empty where nobody is.
        missing: of its matches those that no exporter has anything for.
    """

    name: str
    tags: Mapping[str, str]
    notes: Notes
    owner: str
    changed: datetime
    reservation: str = ""
    resources: tuple[Resource, ...] = ()
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> FarmPlace:
        """From what `harness.farm.agent` says of it."""
        return cls(
            entry["name"],
            entry["tags"],
            Notes.read(entry["comment"]),
            entry["owner"],
            datetime.fromtimestamp(entry["changed_s"], UTC),
            entry["reservation"],
            tuple(Resource(**resource) for resource in entry["resources"]),
            tuple(entry["missing"]),
        )

    @property
    def board(self) -> str:
        """By its tag; empty where it has none."""
        return self.tags.get("board", "")

    @property
    def health(self) -> Health:
        match self.tags.get("health"):
            case "ok":
                return "ok"
            case "quarantined":
                return "quarantined"
        return ""

    @property
    def alive(self) -> bool:
        """Whether all that belongs to it is exported now."""
        return not self.missing and bool(self.resources) and all(resource.alive for resource in self.resources)

    @property
    def exporters(self) -> frozenset[str]:
        """Of what is exported of it."""
        return frozenset(resource.exporter for resource in self.resources)

    @property
    def defect(self) -> str:
        """What it lacks that every run needs; empty where there is nothing."""
        if len(self._lines()) != 1:
            names = ", ".join(port.name for port in self._ports()) or "none"
            return f"needs one serial port, or one of several that it calls {_SERIAL}; it has {names}"
        if self.gdb is None and self.probe is None:
            names = ", ".join(resource.name for resource in self.resources)
            return f"needs a NetworkService that it calls {_PROBE} or {_GDB}; it has {names}"
        return ""

    @property
    def serial(self) -> Resource:
        """Its line: the only serial port, or the one of that name.

        Raises:
            FarmError: there is none, or several could be meant.
        """
        lines = self._lines()
        if len(lines) != 1:
            raise FarmError(
                f"place {self.name} {self.defect}",
                f"`labgrid-client -p {self.name} add-named-match EXPORTER/GROUP/CLASS/NAME {_SERIAL}` says which",
            )
        return lines[0]

    @property
    def probe(self) -> Resource | None:
        """A `pyocd server`."""
        return self._named(_PROBE)

    @property
    def gdb(self) -> Resource | None:
        """QEMU's GDB stub."""
        return self._named(_GDB)

    @property
    def power(self) -> Resource | None:
        return self._named(_POWER)

    @property
    def meter(self) -> MeterEntry | None:
        """The power meter that supplies its board; None: it has none.

        Raises:
            FarmError: its tags do not say what it is.
        """
        return meter_entry(self.name, self._named(METER), self.tags)

    def _ports(self) -> list[Resource]:
        ports = [resource for resource in self.resources if resource.kind == SERIAL_PORT]
        return [port for port in ports if port.name != METER]

    def _lines(self) -> list[Resource]:
        """What may be meant by its line."""
        ports = self._ports()
        return [port for port in ports if port.name == _SERIAL] if len(ports) > 1 else ports

    def _named(self, name: str) -> Resource | None:
        return next((resource for resource in self.resources if resource.name == name), None)


def one_line(text: str) -> str:
    """Of a reason what a comment has room for."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.replace("|", "/").split())[:_MOST_REASON].rstrip()


def now() -> datetime:
    return datetime.now(UTC)


def _write_time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
