"""How a board on a desk is given to a farm: what labgrid's exporter shares of it, and a service for its probe."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.config import Instance, MeterEntry
from harness.config.attached import read_otii_port
from harness.config.defaults import START_BAUD
from harness.errors import ConfigError
from harness.farm.exporter import Export, Value, network_service
from harness.farm.meter import METER, RESOURCE_KINDS, meter_tags
from harness.farm.resource import SCHEMES, SERIAL_PORT, SERVICE

_PROTOCOLS = {scheme: protocol for protocol, scheme in SCHEMES.items()}

EXPORTER_FILE = """\
## What this computer shares: a file for each board, in exporter.yaml.d. labgrid-exporter reads all of them.
{% for file in drop_ins %}
{% include file %}
{% endfor %}
"""


@dataclass(frozen=True)
class Door:
    """How others reach this computer's probes.

    Attributes:
        host: the name or address that the exporter tells them.
        network: who may come, e.g. "10.8.0.0/24"; empty: this computer alone.
    """

    host: str
    network: str = ""


def exports_of(instance: Instance, door: Door, probe_port: int) -> dict[str, Export]:
    """By the names that a place has for them.

    Raises:
        ConfigError: labgrid has no such serial port.
    """
    key = f"attached.{instance.name}"
    exports = {"serial": _serial_export(f"{key}.port", instance.port), "probe": network_service(door.host, probe_port)}
    if instance.meter and is_shareable(instance.meter):
        exports[METER] = _meter_export(f"{key}.meter.port", instance.meter, door)
    return exports


def tags_of(instance: Instance) -> dict[str, str]:
    """What its place says of what it shares."""
    meter = instance.meter
    if meter is None or not is_shareable(meter):
        return {}
    return meter_tags(meter, read_otii_port(meter.port).device if RESOURCE_KINDS[meter.kind] == SERVICE else "")


def is_shareable(meter: MeterEntry) -> bool:
    """Whether it is reached by a serial port, or over the network."""
    return meter.kind in RESOURCE_KINDS


def patterns(exporter: str, place: str, exports: Mapping[str, Export]) -> dict[str, str]:
    """labgrid's match of each."""
    return {name: f"{exporter}/{place}/{export.seen_as}/{name}" for name, export in exports.items()}


def probe_unit(instance: Instance, door: Door, port: int, python: str) -> str:
    """The systemd unit of a `pyocd server`. It asks nobody who he is: the unit says who may come.

    Args:
        python: the interpreter that has pyOCD.
    """
    command = [python, "-m", "pyocd", "server", f"--port={port}", f"--uid={instance.probe}"]
    fence = ["IPAddressDeny=any", f"IPAddressAllow=localhost {door.network}".rstrip()]
    return "\n".join(
        [
            "[Unit]",
            f"Description=Debug probe of {instance.name} for a farm",
            "After=network-online.target",
            "Wants=network-online.target",
            "",
            "[Service]",
            f"ExecStart={shlex.join(command + ['--allow-remote'] * bool(door.network))}",
            "Restart=always",
            "RestartSec=2",
            *fence,
            "",
            "[Install]",
            "WantedBy=multi-user.target",
            "",
        ]
    )


def _meter_export(key: str, meter: MeterEntry, door: Door) -> Export:
    if RESOURCE_KINDS[meter.kind] == SERIAL_PORT:
        return _serial_export(key, meter.port)
    server = read_otii_port(meter.port)
    is_here = server.host == "localhost" or server.host.startswith("127.")
    return network_service(door.host if is_here else server.host, server.number)


def _serial_export(key: str, port: str) -> Export:
    """`key`: of the port's entry, for messages."""
    if "://" in port:
        return _network_port(key, port)
    if "/" in port:
        below_dev = port.startswith("/dev/")  # labgrid takes no other; a stand-in's port is a link to one
        path = port if below_dev else os.path.realpath(port)
        return Export("RawSerialPort", {"port": path, "speed": START_BAUD}, SERIAL_PORT)
    match = {"@ID_SERIAL_SHORT": port}  # the @: of the USB device that the port belongs to
    return Export("USBSerialPort", {"match": match, "speed": START_BAUD}, SERIAL_PORT)


def _network_port(key: str, port: str) -> Export:
    url = urlsplit(port)
    if url.scheme not in _PROTOCOLS or not url.hostname or not url.port:
        raise ConfigError(
            f"{key}: {port} cannot be shared: labgrid knows socket:// and rfc2217://",
            "name the port's path or its USB serial number, or such a URL with host and port",
        )
    protocol = _PROTOCOLS[url.scheme]
    where: dict[str, Value] = {"host": url.hostname, "port": url.port, "speed": START_BAUD, "protocol": protocol}
    return Export(SERIAL_PORT, where)
