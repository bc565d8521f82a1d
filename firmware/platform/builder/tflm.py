"""TensorFlow Lite Micro in the folder of a PlatformIO library: which of its files to compile, and how.

A library carries its kernels as `kernels/<op>` (reference), as `kernels/cmsis_nn/<op>` (CMSIS-NN), or both. Arduino's
copies have the second alone where the two differ, and headers that look for ARDUINO instead of CMSIS_NN.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from board_entry import EntryError

ENGINES = ("tflm", "tflm-ref")
# Its warnings are its authors', and so is that it shifts negative numbers; without the debugger's tables it compiles
# faster.
FLAGS = ("-w", "-g0", "-fno-sanitize=undefined")

_KERNELS = "tensorflow/lite/micro/kernels"
_CMSIS_NN_KERNELS = f"{_KERNELS}/cmsis_nn"
# Without their subfolders, which are other processors' kernels, tests and tools.
_FOLDERS = (
    "tensorflow/compiler/mlir/lite/core/api",
    "tensorflow/compiler/mlir/lite/schema",
    "tensorflow/lite/core/api",
    "tensorflow/lite/core/c",
    "tensorflow/lite/kernels",
    "tensorflow/lite/kernels/internal",
    "tensorflow/lite/kernels/internal/reference",
    "tensorflow/lite/micro",
    "tensorflow/lite/micro/arena_allocator",
    "tensorflow/lite/micro/memory_planner",
    "tensorflow/lite/micro/tflite_bridge",
    "tensorflow/lite/schema",
)
_CMSIS_NN_FOLDERS = ("third_party/cmsis_nn/Source/*",)
# Tests, and what needs an Arduino or an operating system: what they define, the engine defines or does not use. And
# CMSIS-NN's kernels of half floats, which TensorFlow Lite Micro does not switch on.
_LEFT_OUT = (
    "*_test",
    "test_*",
    "*_test_*",
    "fake_*",
    "mock_*",
    "kernel_runner",
    "system_setup",
    "micro_time",
    "*debug_log",
    "*_f16",
)
# What GCC 12 cannot make of files of the library for a core with MVE.
_FILE_FLAGS = {
    # Its pass that combines instructions dies of this file's intrinsics ("in trunc_int_for_mode, at explow.cc").
    ("cortex-m55", "arm_softmax_s8"): "-fdisable-rtl-combine",
    # Its assembler takes vcvtne, a conversion on the condition NE, for MVE's vcvtn.
    ("cortex-m55", "resize_nearest_neighbor"): "-fno-if-conversion2",
}
_SUFFIXES = (".c", ".cc", ".cpp")
_INCLUDE_FOLDERS = (
    "",
    "third_party/flatbuffers/include",
    "third_party/gemmlowp",
    "third_party/ruy",
    "third_party/kissfft",
    "third_party/cmsis_nn",
    "third_party/cmsis_nn/Include",
)


def sources(library: Path, engine: str) -> list[Path]:
    """The files that make `engine`, below the library's src.

    Raises:
        EntryError: the library does not carry the kernels.
    """
    found = [path for folder in _FOLDERS for path in _files(library, folder)]
    kernels = {path.stem: path for path in _files(library, _KERNELS)}
    if engine == "tflm":
        kernels |= {path.stem: path for path in _files(library, _CMSIS_NN_KERNELS)}
        found += [path for folder in _CMSIS_NN_FOLDERS for path in _files(library, folder)]
    if "conv" not in kernels:
        raise EntryError(f"{library}: no kernels for engine {engine}: missing {_KERNELS}/conv.cc")
    return found + list(kernels.values())


def file_flags(path: Path, core: str) -> tuple[str, ...]:
    """What one file of the library needs besides FLAGS."""
    flag = _FILE_FLAGS.get((core, path.stem))
    return (flag,) if flag else ()


def include_folders(library: Path) -> list[Path]:
    src = library / "src"
    return [src / folder for folder in _INCLUDE_FOLDERS if (src / folder).is_dir()]


def defines(library: Path, engine: str) -> list[str]:
    """What both the library and the sources that include its headers must be compiled with."""
    shared = ["NDEBUG", "TF_LITE_STATIC_MEMORY"]
    if "ARDUINO" in (library / "src" / _KERNELS / "conv.h").read_text("utf-8"):
        return [*shared, "ARDUINO"]
    return [*shared, "CMSIS_NN"] if engine == "tflm" else shared


def _files(library: Path, folder: str) -> Iterator[Path]:
    for path in sorted((library / "src").glob(f"{folder}/*")):
        if path.suffix in _SUFFIXES and not any(fnmatch(path.stem, pattern) for pattern in _LEFT_OUT):
            yield path
