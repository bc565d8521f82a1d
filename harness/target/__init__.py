"""Live instances of a board: start, a byte stream, stop."""

from harness.target.attached import Attached
from harness.target.base import Target
from harness.target.emulated import Emulated
from harness.target.factory import make_target
from harness.target.native import Native
from harness.target.stream import ByteStream, DescriptorStream, SerialStream

__all__ = [
    "Attached",
    "ByteStream",
    "DescriptorStream",
    "Emulated",
    "Native",
    "SerialStream",
    "Target",
    "make_target",
]
