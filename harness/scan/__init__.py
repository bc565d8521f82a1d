"""What is plugged into this computer: USB devices, ports and probes, which board each is, and who uses it."""

from harness.scan.choose import find_attached, need_attached, refuse_unknown_names
from harness.scan.desk import Desk, Plugged, plugged_in, same_id
from harness.scan.locks import held, holder
from harness.scan.permissions import may_open, permission_fix, udev_rules
from harness.scan.ports import SerialPort
from harness.scan.sightings import Sighting, other_ports, survey
from harness.scan.usb import UsbDevice

__all__ = [
    "Desk",
    "Plugged",
    "SerialPort",
    "Sighting",
    "UsbDevice",
    "find_attached",
    "held",
    "holder",
    "may_open",
    "need_attached",
    "other_ports",
    "permission_fix",
    "plugged_in",
    "refuse_unknown_names",
    "same_id",
    "survey",
    "udev_rules",
]
