"""What is plugged into a computer that there is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from harness.config import Instance
from harness.scan import Desk, Plugged, SerialPort, UsbDevice

ST_LINK = "0483:374b"
DAPLINK = "0d28:0204"


@dataclass
class Cupboard:
    """Probes are plugged in one by one; `desk` is what a run sees of them."""

    devices: list[UsbDevice] = field(default_factory=list)
    ports: list[SerialPort] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)

    def plug(self, serial: str, usb_id: str = ST_LINK, node: Path | None = None) -> Cupboard:
        number = len(self.devices) + 1
        self.devices.append(UsbDevice(usb_id, serial, "STMicroelectronics STM32 STLink", f"1-{number}", node))
        self.ports.append(SerialPort(f"/dev/ttyACM{number - 1}", usb_id, serial, "STM32 STLink", f"1-{number}"))
        return self

    def claim(self, name: str, serial: str, board: str = "stm32l475") -> Cupboard:
        self.instances.append(Instance(name, board, serial, serial, source=Path("boards.toml")))
        return self

    @property
    def plugged(self) -> Plugged:
        return Plugged(tuple(self.devices), tuple(self.ports))

    @property
    def desk(self) -> Desk:
        return Desk({instance.name: instance for instance in self.instances}, self.plugged)
