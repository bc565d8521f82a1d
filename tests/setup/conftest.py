"""Stand-ins for the machine: tools on a PATH of their own, each a small shell script that writes down its calls."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.setup import probes
from harness.setup.virtualenv import Virtualenv

_REAL = ("cat", "env", "mkdir", "sh", "tee", "true")


class FakeTools:
    """A folder that is all of PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder.parent / "calls.log"
        folder.mkdir()
        for tool in _REAL:
            (folder / tool).symlink_to(shutil.which(tool) or tool)

    def add(self, name: str, script: str = "") -> Path:
        """A tool that logs its name and arguments, then runs `script`."""
        tool = self.folder / name
        tool.write_text(f'#!/bin/sh\necho "{name} $*" >> {self._log}\n{script}\n')
        tool.chmod(0o755)
        return tool

    def calls(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def add_compilers(self, version: str = "12.2.1") -> None:
        specs = self.folder / "nano.specs"
        specs.touch()
        self.add(
            "arm-none-eabi-gcc",
            f"case $1 in -print*) echo {specs};; -E) cat > /dev/null; echo '\"3.3.0\"';; *) echo {version};; esac",
        )
        self.add("arm-none-eabi-g++", f"case $1 in -std*) cat > /dev/null;; *) echo {version};; esac")
        self.add("g++", f"echo {version}")

    def add_qemu(self, version: str, machines: str = "b-l475e-iot01a  B-L475E-IOT01A Discovery Kit") -> None:
        self.add(
            "qemu-system-arm",
            f"case $1 in --version) echo 'QEMU emulator version {version} (Debian)';; *) echo '{machines}';; esac",
        )


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTools:
    fakes = FakeTools(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(fakes.folder))
    monkeypatch.setattr(probes, "SBIN", str(fakes.folder))
    return fakes


@pytest.fixture
def complete_tools(tools: FakeTools) -> FakeTools:
    """Everything that a run needs of the system."""
    tools.add_compilers()
    tools.add_qemu("10.0.2")
    return tools


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for the harness."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TINYHIL_HOME", str(folder))
    return folder


@pytest.fixture
def on_distribution(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`on_distribution(ID="debian", VERSION_CODENAME="bookworm")`: what os-release says."""

    def pretend(**release: str) -> None:
        monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)

    return pretend


@pytest.fixture
def installs(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pip was asked to install; nothing is installed."""
    asked: list[list[str]] = []

    def provide(environment: Virtualenv) -> None:
        environment.python.parent.mkdir(parents=True, exist_ok=True)
        environment.python.touch()

    monkeypatch.setattr(Virtualenv, "provide", provide)
    monkeypatch.setattr(Virtualenv, "install", lambda environment, requirements: asked.append(requirements))
    return asked
