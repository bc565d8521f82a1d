"""Which way a board's firmware comes onto it."""

from __future__ import annotations

from harness.config import AttachedTarget, Instance
from harness.flash.base import Flasher


def open_flasher(options: AttachedTarget, instance: Instance) -> Flasher:
    """The way that the board's entry names, through the instance's probe.

    Raises:
        TargetError: the probe is not there, or not this board's.
        SetupError: a tool is missing.
    """
    match options.flash_with:
        case "pyocd":
            from harness.flash.pyocd import PyocdFlasher

            return PyocdFlasher(instance.probe, options.probe_target, options.id_register)
        case "platformio":
            from harness.flash.platformio_upload import PlatformioFlasher

            return PlatformioFlasher(instance.probe, options)
        case "mass-storage":
            from harness.flash.mass_storage import MassStorageFlasher

            return MassStorageFlasher(instance.probe)
