"""Files that stand where a firmware is expected."""

from __future__ import annotations

from pathlib import Path

from harness.build import Firmware, Footprint


def not_a_firmware(elf: Path) -> Firmware:
    """Any file as a firmware: for tests of what happens before one runs."""
    return Firmware(elf=elf, hex=None, build_id="none", toolchain="none", footprint=Footprint(0, 0, 0, ()))
