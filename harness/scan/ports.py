"""The serial ports of this computer, as the system tells of them: none is opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SerialPort:
    """A serial port. `usb_id` (`vid:pid`), `serial` and `location` are its USB device's; empty where it has none."""

    path: str
    usb_id: str = ""
    serial: str = ""
    product: str = ""
    location: str = ""


def serial_ports() -> list[SerialPort]:
    """In the order of their paths, which is that of a device's interfaces."""
    from serial.tools.list_ports import comports

    return [
        SerialPort(
            path=port.device,
            usb_id="" if port.vid is None else f"{port.vid:04x}:{port.pid:04x}",
            serial=port.serial_number or "",
            product=port.product or "",
            location=(port.location or "").partition(":")[0],  # without the interface's number
        )
        for port in sorted(comports())
    ]
