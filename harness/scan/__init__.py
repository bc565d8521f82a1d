"""What is plugged into this computer: USB devices, ports and probes, which board each is, and who uses it."""

from harness.scan.desk import Desk, Plugged, plugged_in, same_id
from harness.scan.locks import held, holder
from harness.scan.permissions import may_open, permission_fix, udev_rules
from harness.scan.places import TARGET_KINDS, Place, check_target, choose_places
from harness.scan.ports import SerialPort
from harness.scan.sightings import Sighting, other_ports, survey
from harness.scan.usb import UsbDevice

__all__ = [
    "TARGET_KINDS",
    "Desk",
    "Place",
    "Plugged",
    "SerialPort",
    "Sighting",
    "UsbDevice",
    "check_target",
    "choose_places",
    "held",
    "holder",
    "may_open",
    "other_ports",
    "permission_fix",
    "plugged_in",
    "same_id",
    "survey",
    "udev_rules",
]
