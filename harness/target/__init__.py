"""Live instances of a board: start, a byte stream, stop."""

from harness.target.base import Target
from harness.target.emulated import Emulated
from harness.target.factory import DRIVEN_KINDS, TARGET_KINDS, check_target, make_target
from harness.target.native import Native
from harness.target.stream import ByteStream, DescriptorStream, SerialStream

__all__ = [
    "DRIVEN_KINDS",
    "TARGET_KINDS",
    "ByteStream",
    "DescriptorStream",
    "Emulated",
    "Native",
    "SerialStream",
    "Target",
    "check_target",
    "make_target",
]
