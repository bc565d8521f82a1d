"""What an exporter of labgrid gives to a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.errors import FarmError

SERIAL_PORT, SERVICE = "NetworkSerialPort", "NetworkService"
SCHEMES = {"raw": "socket", "rfc2217": "rfc2217"}  # of serial ports: labgrid's protocols, pyserial's URLs


@dataclass(frozen=True)
class Resource:
    """Something that an exporter gives to a place.

    Attributes:
        name: by which the place knows it.
        kind: labgrid's class of it.
        alive: its exporter has it now.
        parameters: how it is reached, by labgrid's names.
    """

    name: str
    kind: str
    exporter: str
    alive: bool
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port.

        Raises:
            FarmError: it has none.
        """
        host = self.parameters.get("host", self.parameters.get("address"))
        port = self.parameters.get("port")
        if not isinstance(host, str) or not isinstance(port, int):
            raise FarmError(
                f"resource {self.name} of exporter {self.exporter} has no host and port",
                "correct it in that exporter's file",
            )
        return host, port

    @property
    def url(self) -> str:
        """Of a serial port, as pyserial has it.

        Raises:
            FarmError: it has no address, or an unknown protocol.
        """
        protocol = self.parameters.get("protocol", "rfc2217")
        if protocol not in SCHEMES:
            raise FarmError(
                f"serial port {self.name} of exporter {self.exporter} has protocol {protocol!r}",
                f"correct it in that exporter's file: {' or '.join(SCHEMES)}",
            )
        host, port = self.address
        return f"{SCHEMES[protocol]}://{host}:{port}"
