"""A model that gives back what it is given: whatever a line does to bytes shows in its output."""

from __future__ import annotations

from pathlib import Path

from harness.model import Model, read_model

# One RESHAPE of int8 [1, n] to itself. Where n stands the file has this number.
_TEMPLATE = Path(__file__).with_name("echo.tflite")
SIZE_IN_TEMPLATE = 0x1EC40057


def echo_model(size_bytes: int) -> Model:
    """An echo of vectors of so many bytes."""
    template = _TEMPLATE.read_bytes()
    data = template.replace(SIZE_IN_TEMPLATE.to_bytes(4, "little"), size_bytes.to_bytes(4, "little"))
    return read_model(data, f"echo of {size_bytes} bytes")
