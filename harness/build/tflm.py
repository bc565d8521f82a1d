"""TensorFlow Lite Micro, compiled once for a core, and shared by the firmwares of all boards that have it."""

from __future__ import annotations

import logging
from pathlib import Path

from harness.build.content import Content
from harness.build.platformio import Job, run_platformio
from harness.build.store import build_folder, is_complete, write_stamp
from harness.build.toolchain import toolchain
from harness.config import KERNEL_SETS, Board, engine_library
from harness.errors import BuildError
from harness.paths import firmware_dir
from harness.setup import PLATFORMIO_VERSION
from harness.setup.tflm import TflmLibrary

_log = logging.getLogger(__name__)  # the one thing of a build that takes longer than people wait without a word

_ENVIRONMENT = "tflm_archive"
_ARCHIVE = f"build/{_ENVIRONMENT}/libtflm.a"  # below the build's folder
_MANIFESTS = ("library.json", "library.properties")
_BUILDER = ("cores.py", "tflm.py")  # in platform/builder: what chooses files and flags


def is_tflm(engine: str) -> bool:
    return engine in KERNEL_SETS


def tflm_key(board: Board, engine: str, *, sanitize: bool) -> str:
    """`<engine>[-sanitized]-<hash>`: one name for one content of the compiled library.

    Raises:
        SetupError: the library, its kernels for the engine or the compiler is missing.
    """
    library = engine_library(engine)
    name = f"{engine}-sanitized" if sanitize else engine
    content = Content(name, board.core, toolchain(board), PLATFORMIO_VERSION)
    builder = firmware_dir() / "platform" / "builder"
    content.add_files(builder, [builder / script for script in _BUILDER])
    manifests = [library.folder / manifest for manifest in _MANIFESTS]
    content.add_files(library.folder, [*filter(Path.exists, manifests), *_sources(library)])
    return f"{name}-{content.digits()}"


def tflm_variables(board: Board, engine: str, *, sanitize: bool) -> dict[str, str]:
    """What the firmware's builder must know of the library, which is compiled first if it has not been before.

    Raises:
        BuildError: it does not compile.
        SetupError: PlatformIO, the compiler, the library or its kernels for the engine are missing.
    """
    library = engine_library(engine)
    return {
        "HARNESS_TFLM_LIB": str(library.folder),
        "HARNESS_TFLM_ARCHIVE": str(_archive(board, engine, library, sanitize=sanitize)),
        "HARNESS_ENGINE_VERSION": f"{library.name} {library.version} with {KERNEL_SETS[engine]} kernels",
    }


def _archive(board: Board, engine: str, library: TflmLibrary, *, sanitize: bool) -> Path:
    with build_folder(f"tflm-{board.core}", tflm_key(board, engine, sanitize=sanitize)) as folder:
        if not is_complete(folder):
            _log.warning("compiling %s %s for %s: about 3 minutes, once", library.name, library.version, board.core)
            _compile(folder, library, _job(board, engine, library, sanitize=sanitize))
            write_stamp(folder, [_ARCHIVE])
        return folder / _ARCHIVE


def _compile(folder: Path, library: TflmLibrary, job: Job) -> None:
    try:
        run_platformio(folder, job)
    except BuildError as error:
        fix = f"where a file of {library.folder} is missing, install or copy the library again; {error.fix}"
        raise BuildError(error.cause, fix) from None


def _job(board: Board, engine: str, library: TflmLibrary, *, sanitize: bool) -> Job:
    variables = {
        "HARNESS_BOARD": board.name,
        "HARNESS_BOARDS_FILES": str(board.source.resolve()),
        "HARNESS_ENGINE": engine,
        "HARNESS_SANITIZE": "1" if sanitize else "",
        "HARNESS_TFLM_LIB": str(library.folder),
    }
    return Job(_ENVIRONMENT, _ARCHIVE, f"{library.name} {library.version} for {board.core}", variables)


def _sources(library: TflmLibrary) -> list[Path]:
    return sorted(path for path in (library.folder / "src").rglob("*") if path.is_file())
