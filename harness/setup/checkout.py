"""The harness itself, installed editable in the `.venv` of the checkout it runs from."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection
from pathlib import Path

from harness.paths import home_dir
from harness.setup.lock import locked
from harness.setup.virtualenv import Virtualenv

_ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = _ROOT if (_ROOT / "pyproject.toml").exists() else None  # None where the package is installed
SETUP_COMMAND = "make setup" if CHECKOUT else "harness setup"


def provide_harness(checkout: Path, extras: Collection[str]) -> None:
    """Install the checkout with `extras` (of pyproject.toml) in its `.venv`, keeping the extras it has already.

    Raises:
        SetupError: pip failed.
    """
    virtualenv = Virtualenv(checkout / ".venv")
    with locked(home_dir() / "setup.lock"):
        fingerprint = _fingerprint(checkout)
        installed_fingerprint, installed = _read_stamp(virtualenv.stamp())
        if installed_fingerprint == fingerprint and installed.issuperset(extras):
            return
        wanted = sorted(installed.union(extras))
        requirement = f"{checkout}[{','.join(wanted)}]" if wanted else str(checkout)
        print(f"Installing the harness in {virtualenv.folder} (some minutes the first time)", flush=True)
        virtualenv.provide()
        virtualenv.install(["--editable", requirement])
        virtualenv.write_stamp(json.dumps([fingerprint, wanted]))


def _fingerprint(checkout: Path) -> str:
    project = (checkout / "pyproject.toml").read_bytes()
    return f"{hashlib.sha256(project).hexdigest()} {checkout} {sys.version_info.major}.{sys.version_info.minor}"


def _read_stamp(stamp: str) -> tuple[str, set[str]]:
    if not stamp:
        return "", set()
    try:
        fingerprint, extras = json.loads(stamp)
        return fingerprint, set(extras)
    except (ValueError, TypeError):  # damaged: as good as none
        return "", set()
