"""PlatformIO in a virtual environment of its own, with SCons from PyPI in place of the registry's package.

PlatformIO cannot share the harness's environment: both bring a `serial` package. Before it builds anything, PlatformIO
asks its registry for the tool package `tool-scons`, which is SCons and a version number; a folder of that name with the
same SCons installed by pip beside it serves as well, and needs no registry.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from harness.errors import SetupError
from harness.paths import home_dir
from harness.setup.checkout import SETUP_COMMAND
from harness.setup.finding import MISSING, Finding, State, found
from harness.setup.lock import locked
from harness.setup.virtualenv import Virtualenv

PLATFORMIO_VERSION = "6.2.0"
SCONS_VERSION = "4.11.1"
_TOOL_SCONS_VERSION = "4.41101.0"  # what PlatformIO 6.2.0 asks for: SCons 4.11.1 in the registry's numbering

_FINGERPRINT = f"platformio {PLATFORMIO_VERSION}, scons {SCONS_VERSION}"  # any Python that made it will do
_SCONS_LAUNCHER = "from SCons.Script.Main import main\n\nmain()\n"


def provide_platformio() -> None:
    """Install what is missing.

    Raises:
        SetupError: pip failed.
    """
    virtualenv = _virtualenv()
    with locked(home_dir() / "setup.lock"):
        if virtualenv.stamp() == _FINGERPRINT:
            return
        print(f"Installing PlatformIO {PLATFORMIO_VERSION} in {_folder()}", flush=True)
        virtualenv.provide()
        virtualenv.install([f"platformio=={PLATFORMIO_VERSION}", f"scons=={SCONS_VERSION}"])
        _write_scons_package(packages_dir() / "tool-scons")
        virtualenv.write_stamp(_FINGERPRINT)


def platformio_command() -> list[str]:
    """The start of a command line for PlatformIO.

    Raises:
        SetupError: it is not installed.
    """
    virtualenv = _virtualenv()
    if virtualenv.stamp() != _FINGERPRINT:
        raise SetupError(f"PlatformIO {PLATFORMIO_VERSION} is not installed in {_folder()}", f"run `{SETUP_COMMAND}`")
    return [str(virtualenv.python), "-m", "platformio"]


def platformio_variables(folder: Path) -> dict[str, str]:
    """The environment for a PlatformIO that writes below `folder` alone.

    It is without the user's own settings of PlatformIO and Python: they are not part of a build's id.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLATFORMIO_", "PYTHON"))}
    return kept | {
        "PLATFORMIO_CORE_DIR": str(folder / "core"),
        "PLATFORMIO_PACKAGES_DIR": str(packages_dir()),
        "PLATFORMIO_WORKSPACE_DIR": str(folder),
        "PLATFORMIO_BUILD_DIR": str(folder / "build"),
        "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_NO_ANSI": "true",
        "PYTHONDONTWRITEBYTECODE": "1",  # the platform's scripts lie in the firmware's folder, which may be read-only
        "LC_ALL": "C.UTF-8",  # the compiler's messages in English, whoever reads them
    }


def packages_dir() -> Path:
    """PlatformIO's tool packages: the value for `PLATFORMIO_PACKAGES_DIR`."""
    return _folder() / "packages"


def check_platformio() -> Finding:
    return _check("platformio", PLATFORMIO_VERSION)


def check_scons() -> Finding:
    return _check("SCons", SCONS_VERSION)


def _folder() -> Path:
    return home_dir() / "platformio"


def _virtualenv() -> Virtualenv:
    return Virtualenv(_folder() / "venv")


def _check(distribution: str, wanted: str) -> Finding:
    script = f"from importlib.metadata import version; print(version({distribution!r}))"
    try:
        done = subprocess.run([_virtualenv().python, "-c", script], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return MISSING
    version = done.stdout.strip()
    if version != wanted:
        return Finding(State.TOO_OLD, version)
    return found(version) if _virtualenv().stamp() == _FINGERPRINT else Finding(State.MISSING, "half installed")


def _write_scons_package(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    package = {
        "name": "tool-scons",
        "version": _TOOL_SCONS_VERSION,
        "description": f"Starts SCons {SCONS_VERSION} from PyPI",
    }
    spec = {"owner": "platformio", "id": None, "name": "tool-scons", "requirements": None, "uri": None}
    installed = {"type": "tool", "name": "tool-scons", "version": _TOOL_SCONS_VERSION, "spec": spec}
    (folder / "package.json").write_text(json.dumps(package), "utf-8")
    (folder / ".piopm").write_text(json.dumps(installed), "utf-8")
    (folder / "scons.py").write_text(_SCONS_LAUNCHER, "utf-8")
