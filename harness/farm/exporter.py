"""What labgrid's exporter shares, as the YAML that it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Value = str | int | Mapping[str, str]


@dataclass(frozen=True)
class Export:
    """One of a board's, e.g. its serial port.

    Attributes:
        kind: its class in the exporter's file.
        shared_as: its class as others see it, which a place's match names; empty where that is `kind`.
    """

    kind: str
    parameters: Mapping[str, Value]
    shared_as: str = ""

    @property
    def seen_as(self) -> str:
        return self.shared_as or self.kind


def network_service(address: str, port: int) -> Export:
    """A server of bytes. labgrid asks for a user's name, which nobody needs."""
    return Export("NetworkService", {"address": address, "port": port, "username": "none"})


def exporter_text(boards: Mapping[str, Mapping[str, Export]]) -> str:
    """The file: for each board its resources by name.

    labgrid takes it for a template of Jinja, in which a line that begins with one `#` is a statement.
    """
    return "".join(f"{line}\n" for name, resources in boards.items() for line in _board_lines(name, resources))


def _board_lines(name: str, resources: Mapping[str, Export]) -> Iterator[str]:
    yield f"{json.dumps(name)}:"
    for resource_name, resource in resources.items():
        yield f"  {resource_name}:"
        yield f"    cls: {resource.kind}"
        yield from (_value_line(key, value) for key, value in resource.parameters.items())


def _value_line(key: str, value: Value) -> str:
    """JSON is YAML, too, and quotes what would look like a number."""
    return f"    {key}: {json.dumps(value)}"
