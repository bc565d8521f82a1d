"""An STM32L475 as a debugger sees it: its debug port, its core, its flash memory and the controller of that."""

from harness.standin.chip.chip import Chip
from harness.standin.chip.debug_port import FaultError, SilenceError

__all__ = ["Chip", "FaultError", "SilenceError"]
