"""boards.toml and suite.toml as typed, validated objects."""

from harness.config.boards import (
    AttachedTarget,
    Board,
    EmulatedTarget,
    FirmwareLayout,
    Memory,
    NativeTarget,
    Region,
    boards_files,
    load_boards,
    pick_board,
)
from harness.config.engines import ENGINES, Engine, choose_engines, engine_folder, engines_by_folder
from harness.config.suites import MetricName, Suite, SuiteModel, load_suite

__all__ = [
    "ENGINES",
    "AttachedTarget",
    "Board",
    "EmulatedTarget",
    "Engine",
    "FirmwareLayout",
    "Memory",
    "MetricName",
    "NativeTarget",
    "Region",
    "Suite",
    "SuiteModel",
    "boards_files",
    "choose_engines",
    "engine_folder",
    "engines_by_folder",
    "load_boards",
    "load_suite",
    "pick_board",
]
