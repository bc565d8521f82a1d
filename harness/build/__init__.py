"""Run PlatformIO, cache its result by content, measure the ELF."""

from harness.build.emulator import build_cycle_plugin
from harness.build.firmware import Firmware, build_firmware, kept_elf, require_sanitizers
from harness.build.footprint import Footprint, Section, read_footprint
from harness.build.symbols import symbol_bytes

__all__ = [
    "Firmware",
    "Footprint",
    "Section",
    "build_cycle_plugin",
    "build_firmware",
    "kept_elf",
    "read_footprint",
    "require_sanitizers",
    "symbol_bytes",
]
