"""Which boards are there: what is plugged in, held against the entries of boards.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.config import AttachedTarget, Board, Instance
from harness.scan.ports import SerialPort, serial_ports
from harness.scan.usb import UsbDevice, usb_devices


@dataclass(frozen=True)
class Plugged:
    """What is plugged into this computer."""

    devices: tuple[UsbDevice, ...] = ()
    ports: tuple[SerialPort, ...] = ()

    def device(self, serial: str) -> UsbDevice | None:
        """The device with this serial number."""
        return next((device for device in self.devices if same_id(device.serial, serial)), None)

    def ports_of(self, device: UsbDevice) -> list[SerialPort]:
        """A port belongs to the device that has its serial number, or sits in its place where it has none."""
        if device.serial:
            return [port for port in self.ports if same_id(port.serial, device.serial)]
        return [port for port in self.ports if port.location == device.location]


@dataclass(frozen=True)
class Desk:
    """The boards that entries claim, and what is plugged in."""

    instances: Mapping[str, Instance]
    plugged: Plugged

    def claimed(self, board: Board) -> list[Instance]:
        """The entries of this kind of board."""
        return [instance for instance in self.instances.values() if instance.board == board.name]

    def is_there(self, instance: Instance) -> bool:
        """Whether its probe is plugged in; whether the port exists, of a stand-in, which no USB has."""
        if instance.stand_in:
            return Path(instance.port).exists()
        return self.plugged.device(instance.probe) is not None

    def unclaimed(self, board: Board) -> list[Instance]:
        """Boards that may be of this kind, by what their probe is, and that no entry has. Their name is their id."""
        return [
            Instance(name=device.serial, board=board.name, probe=device.serial, port=device.serial)
            for device in self.plugged.devices
            if device.usb_id in probe_usb_ids(board) and device.serial and self.claimant(device) is None
        ]

    def claimant(self, device: UsbDevice) -> Instance | None:
        """The entry whose probe the device is."""
        entries = self.instances.values()
        return next((instance for instance in entries if same_id(instance.probe, device.serial)), None)


def probe_usb_ids(board: Board) -> tuple[str, ...]:
    """The `vid:pid` that the probe of such a board can have."""
    target = board.targets.get("attached")
    return target.usb if isinstance(target, AttachedTarget) else ()


def plugged_in() -> Plugged:
    """Look, and open nothing."""
    ports = serial_ports()
    return Plugged(tuple(usb_devices(ports)), tuple(ports))


def same_id(one: str, other: str) -> bool:
    """Whether two spellings of a unique id mean the same."""
    return bool(one) and one.casefold() == other.casefold()
