"""What this user may open, and the udev rule that lets him."""

from __future__ import annotations

import os
from pathlib import Path

RULES_FILE = "/etc/udev/rules.d/70-tinyhil.rules"  # before 73-seat-late.rules, which acts on the tag


def may_open(path: Path | str) -> bool:
    """Whether this user may read and write it; looked up, not tried."""
    return os.access(path, os.R_OK | os.W_OK)


def udev_rules(usb_id: str) -> str:
    """Rules for `RULES_FILE` that give the user at the seat the device `vid:pid` and its serial ports."""
    vendor, product = usb_id.split(":")
    device = f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor}", ATTR{{idProduct}}=="{product}"'
    port = f'SUBSYSTEM=="tty", ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}"'
    return "".join(f'{match}, MODE="0660", TAG+="uaccess"\n' for match in (device, port))


def permission_fix(usb_id: str) -> str:
    """What to do about a device that may not be opened; without its id, about its port."""
    if not usb_id:
        return "join the group that owns it, e.g. `sudo usermod -aG dialout $USER`, and log in again"
    return (
        f"put this into {RULES_FILE}, run `sudo udevadm control --reload`, and plug it in again:\n{udev_rules(usb_id)}"
    ).rstrip()
