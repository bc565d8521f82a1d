"""The engine around TensorFlow Lite Micro as a native program. Where the library is missing, its tests are skipped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from firmware.engine.native import NativeEngine
from support.native_cpp import library_sources, run_compiler
from support.tflm_library import real_library

from harness.build.tflm import tflm_variables
from harness.config import load_boards
from harness.paths import firmware_dir, shipped_boards_file

sys.path.append(str(firmware_dir() / "platform" / "builder"))

ENGINE = "tflm"
DRIVER = Path(__file__).parents[1] / "engine" / "driver.cpp"


@pytest.fixture(scope="session")
def tflm_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiling the library takes minutes, once for each version of it."""
    library = real_library()
    from tflm import defines, include_folders

    board = load_boards([shipped_boards_file()])["native"]
    archive = tflm_variables(board, ENGINE, sanitize=True)["HARNESS_TFLM_ARCHIVE"]
    folder = tmp_path_factory.mktemp("tflm")
    options = [f"-D{name}" for name in defines(library.folder, ENGINE)]
    options += ['-DHARNESS_ENGINE="tflm"', '-DHARNESS_ENGINE_VERSION="under test"', "-fno-threadsafe-statics"]
    options += [f"-isystem{path}" for path in include_folders(library.folder)]
    sources = [DRIVER, *library_sources("engine_tflm"), archive]
    run_compiler(folder, [*options, *sources, "-o", folder / "driver"], ["bytes", "engine"])
    return folder / "driver"


@pytest.fixture
def tflm_engine(tflm_driver: Path) -> Iterator[NativeEngine]:
    with NativeEngine(tflm_driver) as engine:
        yield engine
