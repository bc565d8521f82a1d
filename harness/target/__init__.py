"""Live instances of a board: start, a byte stream, stop."""

from harness.target.attached import Attached
from harness.target.base import Target
from harness.target.emulated import Emulated
from harness.target.factory import TARGET_KINDS, Place, check_target, choose_places, make_target
from harness.target.native import Native
from harness.target.stream import ByteStream, DescriptorStream, SerialStream

__all__ = [
    "TARGET_KINDS",
    "Attached",
    "ByteStream",
    "DescriptorStream",
    "Emulated",
    "Native",
    "Place",
    "SerialStream",
    "Target",
    "check_target",
    "choose_places",
    "make_target",
]
