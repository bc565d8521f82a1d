"""The USB devices of this computer, as the system tells of them: none is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.scan.ports import SerialPort

_SYSFS = Path("/sys/bus/usb/devices")
_NODES = Path("/dev/bus/usb")


@dataclass(frozen=True)
class UsbDevice:
    """What is plugged in.

    Attributes:
        usb_id: `vid:pid` in hexadecimal.
        serial: its serial number; empty where it has none.
        location: bus and hub ports, e.g. "1-2.3".
        node: the file that a program opens to speak to it; None where the system has none.
    """

    usb_id: str
    serial: str
    product: str
    location: str
    node: Path | None = None


def usb_devices(ports: Iterable[SerialPort], sysfs: Path = _SYSFS) -> list[UsbDevice]:
    """All of them where Linux lists them; elsewhere those that have one of the serial `ports`."""
    if not sysfs.is_dir():
        found = (UsbDevice(port.usb_id, port.serial, port.product, port.location) for port in ports if port.usb_id)
        return list(dict.fromkeys(found))
    folders = sorted(folder for folder in sysfs.iterdir() if (folder / "idVendor").exists())
    return [_device(folder) for folder in folders]


def _device(folder: Path) -> UsbDevice:
    def told(name: str) -> str:
        try:
            return (folder / name).read_text("utf-8", "replace").strip()
        except OSError:  # the device has no such string, or was just unplugged
            return ""

    bus, number = told("busnum"), told("devnum")
    return UsbDevice(
        usb_id=f"{told('idVendor')}:{told('idProduct')}",
        serial=told("serial"),
        product=" ".join(filter(None, (told("manufacturer"), told("product")))),
        location=folder.name,
        node=_NODES / f"{int(bus):03}" / f"{int(number):03}" if bus and number else None,
    )
