"""A folder that looks like a PlatformIO library with TensorFlow Lite Micro, with empty sources."""

from __future__ import annotations

from pathlib import Path

_SOURCES = (
    "micro/micro_interpreter.h",
    "micro/micro_mutable_op_resolver.h",
    "micro/kernels/cmsis_nn/conv.cpp",
    "schema/schema_generated.h",
)


def write_library(folder: Path, name: str = "tflm", version: str = "1.0") -> None:
    """Make `folder` such a library, with CMSIS-NN's kernels alone."""
    for source in _SOURCES:
        path = folder / "src/tensorflow/lite" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "library.properties").write_text(f"name={name}\nversion={version}\n")
