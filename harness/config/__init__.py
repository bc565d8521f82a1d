"""boards.toml and suite.toml as typed, validated objects."""

from harness.config.boards import (
    AttachedTarget,
    Board,
    EmulatedTarget,
    FirmwareLayout,
    Memory,
    NativeTarget,
    Region,
    load_boards,
    pick_board,
)
from harness.config.suites import Suite, SuiteModel, load_suite

__all__ = [
    "AttachedTarget",
    "Board",
    "EmulatedTarget",
    "FirmwareLayout",
    "Memory",
    "NativeTarget",
    "Region",
    "Suite",
    "SuiteModel",
    "load_boards",
    "load_suite",
    "pick_board",
]
