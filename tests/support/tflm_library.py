"""TensorFlow Lite Micro for tests: the real library where there is one, and a folder that only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.setup.tflm import TflmLibrary, tflm_library

_SOURCES = (
    "micro/micro_interpreter.h",
    "micro/micro_mutable_op_resolver.h",
    "micro/kernels/cmsis_nn/conv.cpp",
    "schema/schema_generated.h",
)


def real_library() -> TflmLibrary:
    """The library that the harness would use; without one, the test that asks is skipped."""
    try:
        return tflm_library()
    except SetupError:
        pytest.skip("no TFLM library: harness setup tflm, or TFLM_LIB")


def write_library(folder: Path, name: str = "tflm", version: str = "1.0") -> None:
    """Make `folder` such a library, with CMSIS-NN's kernels alone."""
    for source in _SOURCES:
        path = folder / "src/tensorflow/lite" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "library.properties").write_text(f"name={name}\nversion={version}\n")
