"""A `.tflite` file that no converter writes: its constants at odd places."""

from __future__ import annotations

import struct

from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

_ALIGNMENT = 16
_LENGTH_BYTES = 4
_DATA = 4  # in the vtable of a Buffer


def with_shifted_constants(model: bytes, shift: int) -> bytes:
    """`model` with its constants moved to its end, each `shift` bytes behind a multiple of 16."""
    moved = bytearray(model)
    root = schema.Model.GetRootAsModel(model, 0)
    for buffer in map(root.Buffers, range(root.BuffersLength())):
        if not buffer.DataLength():
            continue
        moved += bytes(-len(moved) % _ALIGNMENT + _ALIGNMENT - _LENGTH_BYTES + shift)
        reference = buffer._tab.Pos + buffer._tab.Offset(_DATA)
        struct.pack_into("<I", moved, reference, len(moved) - reference)
        moved += struct.pack("<I", buffer.DataLength()) + buffer.DataAsNumpy().tobytes()
    return bytes(moved)
