"""What the machine must have. Standard library only: it runs before anything is installed."""

from harness.setup.checkout import SETUP_COMMAND
from harness.setup.debian import provide_packages
from harness.setup.doctor import Row, as_text, diagnose, exit_code
from harness.setup.labgrid import LABGRID_VERSION, labgrid_program, provide_labgrid
from harness.setup.lock import locked
from harness.setup.platformio import (
    PLATFORMIO_VERSION,
    packages_dir,
    platformio_command,
    platformio_variables,
    provide_platformio,
)
from harness.setup.requirements import Purpose, Requirement

__all__ = [
    "LABGRID_VERSION",
    "PLATFORMIO_VERSION",
    "SETUP_COMMAND",
    "Purpose",
    "Requirement",
    "Row",
    "as_text",
    "diagnose",
    "exit_code",
    "labgrid_program",
    "locked",
    "packages_dir",
    "platformio_command",
    "platformio_variables",
    "provide_labgrid",
    "provide_packages",
    "provide_platformio",
]
