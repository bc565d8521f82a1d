"""What the machine must have. Standard library only: it runs before anything is installed."""

from harness.setup.debian import provide_packages
from harness.setup.doctor import Row, as_text, diagnose, exit_code
from harness.setup.platformio import provide_platformio
from harness.setup.requirements import Purpose, Requirement

__all__ = [
    "Purpose",
    "Requirement",
    "Row",
    "as_text",
    "diagnose",
    "exit_code",
    "provide_packages",
    "provide_platformio",
]
