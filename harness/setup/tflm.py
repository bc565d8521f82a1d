"""TensorFlow Lite Micro as a PlatformIO library: the user's own, named by `TFLM_LIB`, or the pinned one installed here.

The pin is the dependency of the environment `tflm` in `firmware/platformio.ini`, and stands nowhere else.
"""

from __future__ import annotations

import configparser
import json
import os
from dataclasses import dataclass
from pathlib import Path

from harness.errors import SetupError
from harness.paths import firmware_dir, home_dir
from harness.setup.finding import MISSING, Finding, State, found

LIBRARY_VARIABLE = "TFLM_LIB"
INSTALL_COMMAND = "harness setup tflm"
CMSIS_NN = "CMSIS-NN"
REFERENCE = "reference"

_ENVIRONMENT = "env:tflm"
_KERNELS = "src/tensorflow/lite/micro/kernels"
_NEEDED = (
    "src/tensorflow/lite/micro/micro_interpreter.h",
    "src/tensorflow/lite/micro/micro_mutable_op_resolver.h",
    "src/tensorflow/lite/schema/schema_generated.h",
)
_MANIFEST_KEYS = ("name", "version")
_KERNEL_SOURCES = {
    CMSIS_NN: (f"{_KERNELS}/cmsis_nn/conv.cpp", f"{_KERNELS}/cmsis_nn/conv.cc"),
    REFERENCE: (f"{_KERNELS}/conv.cpp", f"{_KERNELS}/conv.cc"),
}


@dataclass(frozen=True)
class TflmLibrary:
    """A folder in the form of a PlatformIO library, checked.

    Attributes:
        kernel_sets: which kernels it carries: `CMSIS_NN`, `REFERENCE` or both.
    """

    folder: Path
    name: str
    version: str
    kernel_sets: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Pin:
    """The published library that the set-up installs."""

    owner: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}@{self.version}"


def pinned_library() -> Pin:
    """The dependency of the environment `tflm` in `firmware/platformio.ini`."""
    project = configparser.ConfigParser(inline_comment_prefixes=(";",))
    project.read(firmware_dir() / "platformio.ini", encoding="utf-8")
    package, _, version = project[_ENVIRONMENT]["lib_deps"].strip().partition("@")
    owner, _, name = package.partition("/")
    return Pin(owner, name, version)


def tflm_library() -> TflmLibrary:
    """The library that `TFLM_LIB` names, else the installed one.

    Raises:
        SetupError: it is missing, incomplete or of another version than the pinned one; the fix is the command.
    """
    if named := os.environ.get(LIBRARY_VARIABLE):
        return read_library(Path(named).expanduser().resolve(), f"correct or unset {LIBRARY_VARIABLE}")
    pin, folder = pinned_library(), installed_folder()
    repeat = f"run `{INSTALL_COMMAND}`"
    if not folder.exists():
        raise SetupError(
            f"TensorFlow Lite Micro is not installed: no folder {folder}",
            f"{repeat}, or let {LIBRARY_VARIABLE} name a PlatformIO library folder that holds it",
        )
    library = read_library(folder, repeat)
    if library.version != pin.version:
        raise SetupError(f"{folder}: {library} is installed, wanted is {pin.version}", repeat)
    return library


def installed_tflm() -> tuple[TflmLibrary | None, str]:
    """The library, or None and why there is none to use.

    Raises:
        SetupError: `TFLM_LIB` is set and wrong: who sets it means it.
    """
    try:
        return tflm_library(), ""
    except SetupError as error:
        if os.environ.get(LIBRARY_VARIABLE):
            raise
        return None, error.cause


def check_tflm() -> Finding:
    """For `doctor`, which says the remedy."""
    try:
        return found(tflm_library().version)
    except SetupError:
        if os.environ.get(LIBRARY_VARIABLE):
            return Finding(State.MISSING, f"wrong {LIBRARY_VARIABLE}")
        return Finding(State.MISSING, "not whole") if installed_folder().exists() else MISSING


def installed_folder() -> Path:
    """Where the set-up installs the pinned library."""
    return home_dir() / "tflm" / "library"


def read_library(folder: Path, fix: str) -> TflmLibrary:
    """The library in `folder`.

    Raises:
        SetupError: it is no TFLM library, or half of one; names what is missing, and says `fix`.
    """
    if not folder.is_dir():
        raise SetupError(f"{folder}: no such folder, wanted is a library with TensorFlow Lite Micro", fix)
    manifest = _manifest(folder)
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    kernel_sets = frozenset(
        name for name, sources in _KERNEL_SOURCES.items() if any((folder / source).is_file() for source in sources)
    )
    if not kernel_sets:
        missing.append(_KERNEL_SOURCES[REFERENCE][0])
    name, version = (manifest.get(key, "") for key in _MANIFEST_KEYS)
    if not (name and version):
        missing.append("library.json or library.properties with name and version")
    if missing:
        raise SetupError(f"{folder}: no TensorFlow Lite Micro, or half of it: missing {', '.join(missing)}", fix)
    return TflmLibrary(folder, name, version, kernel_sets)


def _manifest(folder: Path) -> dict[str, str]:
    """Name and version as library.json, else library.properties give them; empty where neither can be read."""
    try:
        if (folder / "library.json").is_file():
            found = json.loads((folder / "library.json").read_text("utf-8"))
            return {key: str(found[key]) for key in _MANIFEST_KEYS if key in found}
        lines = (folder / "library.properties").read_text("utf-8").splitlines()
    except (OSError, ValueError, TypeError):
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
