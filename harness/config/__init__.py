"""boards.toml and suite.toml as typed, validated objects."""

from harness.config.attached import AttachedTarget, IdRegister, Instance, MeterEntry, load_instances
from harness.config.boards import (
    Board,
    EmulatedTarget,
    FirmwareLayout,
    NativeTarget,
    Region,
    boards_files,
    has_fpu,
    load_boards,
    pick_board,
    pick_boards,
)
from harness.config.costs import CostModel
from harness.config.energy import EnergyModel
from harness.config.engines import (
    ENGINES,
    KERNEL_SETS,
    Engine,
    choose_engines,
    engine_folder,
    engine_library,
    engines_by_folder,
)
from harness.config.memory import Memory
from harness.config.nightly import Exclusion, Nightly, load_nightly
from harness.config.suites import MetricName, Suite, SuiteModel, load_suite

__all__ = [
    "ENGINES",
    "KERNEL_SETS",
    "AttachedTarget",
    "Board",
    "CostModel",
    "EmulatedTarget",
    "EnergyModel",
    "Engine",
    "Exclusion",
    "FirmwareLayout",
    "IdRegister",
    "Instance",
    "Memory",
    "MeterEntry",
    "MetricName",
    "NativeTarget",
    "Nightly",
    "Region",
    "Suite",
    "SuiteModel",
    "boards_files",
    "choose_engines",
    "engine_folder",
    "engine_library",
    "engines_by_folder",
    "has_fpu",
    "load_boards",
    "load_instances",
    "load_nightly",
    "load_suite",
    "pick_board",
    "pick_boards",
]
