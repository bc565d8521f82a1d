"""What is plugged in, what it may be, which entry claims it, and whether it is free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.config import Board, Instance
from harness.scan.desk import Desk, probe_usb_ids
from harness.scan.locks import holder
from harness.scan.permissions import may_open
from harness.scan.ports import SerialPort
from harness.scan.usb import UsbDevice


@dataclass(frozen=True)
class Sighting:
    """A probe, or an entry whose probe is not there.

    Attributes:
        device: the probe; None of a stand-in, and where it is not there.
        ports: the probe's serial ports.
        instance: the entry that claims it.
        kinds: the names of boards that have such a probe.
        user: who uses it; empty where it is free.
        forbidden: what of it this user may not open.
    """

    device: UsbDevice | None
    ports: tuple[SerialPort, ...] = ()
    instance: Instance | None = None
    kinds: tuple[str, ...] = ()
    user: str = ""
    forbidden: tuple[str, ...] = ()
    is_there: bool = True


def survey(boards: Iterable[Board], desk: Desk) -> list[Sighting]:
    """All probes that boards can have, then the entries whose probe is none of them."""
    probes = list(_probes(list(boards), desk))
    seen = [sighting.instance for sighting in probes]
    others = [
        Sighting(None, instance=instance, user=holder("probe", instance.probe), is_there=desk.is_there(instance))
        for instance in desk.instances.values()
        if instance not in seen
    ]
    return probes + others


def other_ports(boards: Iterable[Board], desk: Desk) -> list[SerialPort]:
    """Ports that belong to none of the probes."""
    probes = {port for sighting in _probes(list(boards), desk) for port in sighting.ports}
    return [port for port in desk.plugged.ports if port not in probes]


def _probes(boards: list[Board], desk: Desk) -> Iterator[Sighting]:
    for device in desk.plugged.devices:
        kinds = tuple(board.name for board in boards if device.usb_id in probe_usb_ids(board))
        instance = desk.claimant(device)
        if kinds or instance:
            ports = tuple(desk.plugged.ports_of(device))
            user = holder("probe", instance.probe if instance else device.serial)
            yield Sighting(device, ports, instance, kinds, user, tuple(_forbidden(device, ports)))


def _forbidden(device: UsbDevice, ports: Iterable[SerialPort]) -> Iterator[str]:
    places = [*([device.node] if device.node else []), *(Path(port.path) for port in ports)]
    return (str(place) for place in places if place.exists() and not may_open(place))
