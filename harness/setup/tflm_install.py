"""Install the pinned TensorFlow Lite Micro library with PlatformIO, within a bound of time, all or nothing."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import SetupError
from harness.paths import firmware_dir
from harness.processes import run_group
from harness.setup.lock import locked
from harness.setup.platformio import platformio_command, platformio_variables
from harness.setup.tflm import (
    INSTALL_COMMAND,
    LIBRARY_VARIABLE,
    TflmLibrary,
    installed_folder,
    pinned_library,
    read_library,
    tflm_library,
)

TIMEOUT_S = 300.0  # of the download, where a person asks for it
OFFER_TIMEOUT_S = 10.0  # where the set-up tries by itself; PlatformIO alone waits a minute for a dead network

_PROJECT_ENVIRONMENT = "tflm"  # of platformio.ini
_ERROR = re.compile(r"\w*(?:Error|Exception): .*")


def provide_library(timeout_s: float) -> TflmLibrary:
    """The usable library, installed first if there is none. `TFLM_LIB` is what a person keeps: never installed over.

    Raises:
        SetupError: it could not be had within `timeout_s` seconds; what was installed before is still there.
    """
    if os.environ.get(LIBRARY_VARIABLE):
        return tflm_library()
    folder = installed_folder()
    with locked(folder.parent / "lock"):
        with contextlib.suppress(SetupError):
            return tflm_library()
        fresh = folder.with_name("new")  # of an interrupted installation, if it is there
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            _replace(folder, _download(fresh, timeout_s))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return tflm_library()


def offer_library() -> None:
    """What the set-up does: try to install the library once and say in a line how it went; never again by itself."""
    if os.environ.get(LIBRARY_VARIABLE):
        return
    tried, pin = installed_folder().with_name("tried"), str(pinned_library())
    if tried.is_file() and tried.read_text("utf-8") == pin:
        return
    tried.parent.mkdir(parents=True, exist_ok=True)
    tried.write_text(pin, "utf-8")
    try:
        library = provide_library(OFFER_TIMEOUT_S)
    except SetupError as error:
        print(f"No TensorFlow Lite Micro, engine builtin serves: {error.cause}; `{INSTALL_COMMAND}` tries again")
    else:
        print(f"TensorFlow Lite Micro is installed: {library}")


def _download(folder: Path, timeout_s: float) -> Path:
    """Let PlatformIO install the dependency below `folder`; returns the library's folder, which is whole."""
    folder.mkdir(parents=True)
    command = [*platformio_command(), "pkg", "install", "--project-dir", str(firmware_dir())]
    code, output = _bounded([*command, "--environment", _PROJECT_ENVIRONMENT], platformio_variables(folder), timeout_s)
    pin, fix = (
        pinned_library(),
        f"check the network and repeat `{INSTALL_COMMAND}`, or name a folder in {LIBRARY_VARIABLE}",
    )
    if code is None:
        raise SetupError(f"{pin} was not there after {timeout_s:g} s", fix)
    if code != 0:
        raise SetupError(f"PlatformIO could not install {pin}: {_reason(output)}", fix)
    whole = folder / "libdeps" / _PROJECT_ENVIRONMENT / pin.name
    read_library(whole, fix)
    return whole


def _bounded(command: Sequence[str], variables: Mapping[str, str], timeout_s: float) -> tuple[int | None, str]:
    """Exit code, None for too late, and output."""
    try:
        done = run_group(command, timeout_s, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout.decode("utf-8", "replace")


def _reason(output: str) -> str:
    errors = _ERROR.findall(output)
    if any("HTTPClientError" in error for error in errors):  # all that PlatformIO says without a network
        return "its registry cannot be reached"
    return (errors or output.split("\n") or [""])[-1].strip()


def _replace(folder: Path, whole: Path) -> None:
    old = folder.with_name("old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    whole.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
