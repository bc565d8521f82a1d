"""PlatformIO's own environment: the real one that `make setup` made, and stand-ins for what can go wrong."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.setup import packages_dir, platformio, platformio_command, provide_platformio
from harness.setup.finding import MISSING, Finding, State, found


def test_installs_pinned_versions_once(installs: list[list[str]]) -> None:
    provide_platformio()
    provide_platformio()
    assert installs == [["platformio==6.2.0", "scons==4.11.1"]]


def test_missing_before_the_set_up(home: Path) -> None:
    assert platformio.check_platformio() == MISSING
    assert platformio.check_scons() == MISSING
    with pytest.raises(SetupError, match="make setup"):
        platformio_command()


def test_another_version_is_too_old(home: Path, tools) -> None:
    python = home / "platformio" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(tools.add("inner", "echo 6.1.0"))
    assert platformio.check_platformio() == Finding(State.TOO_OLD, "6.1.0")


def test_half_an_installation_is_missing(home: Path, tools) -> None:
    python = home / "platformio" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(tools.add("inner", f"echo {platformio.PLATFORMIO_VERSION}"))
    assert platformio.check_platformio() == Finding(State.MISSING, "half installed")


def test_installed_platformio_is_complete() -> None:
    assert platformio.check_platformio() == found(platformio.PLATFORMIO_VERSION)
    assert platformio.check_scons() == found(platformio.SCONS_VERSION)


def test_platformio_takes_scons_for_its_own_package(tmp_path: Path) -> None:
    """Without the network: PlatformIO would otherwise fetch the package from its registry."""
    script = (
        "from platformio.package.manager.core import get_core_package_dir as d; print(d('tool-scons', None, False))"
    )
    python = platformio_command()[0]
    variables = os.environ | {"PLATFORMIO_CORE_DIR": str(tmp_path), "PLATFORMIO_PACKAGES_DIR": str(packages_dir())}
    done = subprocess.run([python, "-c", script], env=variables, capture_output=True, text=True, check=True)
    package = Path(done.stdout.strip())
    assert json.loads((package / "package.json").read_text())["name"] == "tool-scons"
    version = subprocess.run([python, package / "scons.py", "--version"], capture_output=True, text=True, check=True)
    assert f"v{platformio.SCONS_VERSION}" in version.stdout
