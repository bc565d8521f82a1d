"""labgrid, which shares boards between computers, in a virtual environment of its own.

It cannot share the harness's environment: labgrid brings `pyserial-labgrid`, whose files replace those of the pyserial
that the harness depends on.
"""

from __future__ import annotations

from pathlib import Path

from harness.errors import SetupError
from harness.paths import home_dir
from harness.setup.finding import MISSING, Finding, State, found
from harness.setup.lock import locked
from harness.setup.virtualenv import Virtualenv

LABGRID_VERSION = "26.0.1"
LABGRID_COMMAND = "harness setup farm"

_PREFIX = "labgrid "
_FINGERPRINT = f"{_PREFIX}{LABGRID_VERSION}"


def provide_labgrid() -> None:
    """Install it, unless it is there.

    Raises:
        SetupError: pip failed.
    """
    virtualenv = _virtualenv()
    with locked(home_dir() / "setup.lock"):
        if virtualenv.stamp() == _FINGERPRINT:
            return
        print(f"Installing labgrid {LABGRID_VERSION} in {virtualenv.folder}", flush=True)
        virtualenv.provide()
        virtualenv.install([f"labgrid=={LABGRID_VERSION}"])
        virtualenv.write_stamp(_FINGERPRINT)


def labgrid_program(name: str) -> Path:
    """A program of labgrid's environment: "python", "labgrid-coordinator", "labgrid-exporter", "labgrid-client".

    Raises:
        SetupError: labgrid is not installed.
    """
    virtualenv = _virtualenv()
    if virtualenv.stamp() != _FINGERPRINT:
        raise SetupError(
            f"labgrid {LABGRID_VERSION} is not installed in {virtualenv.folder}", f"run `{LABGRID_COMMAND}`"
        )
    return virtualenv.python.with_name(name)


def check_labgrid() -> Finding:
    stamp = _virtualenv().stamp()
    if not stamp.startswith(_PREFIX):
        return MISSING
    version = stamp.removeprefix(_PREFIX)
    return found(version) if version == LABGRID_VERSION else Finding(State.TOO_OLD, version)


def _virtualenv() -> Virtualenv:
    return Virtualenv(home_dir() / "labgrid" / "venv")
