"""Install what is missing on Debian, with apt; elsewhere say what to install."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import SetupError
from harness.setup.distributions import System, this_system
from harness.setup.finding import State
from harness.setup.requirements import SYSTEM, Purpose, Requirement

SOURCES = Path("/etc/apt/sources.list.d")
_QEMU = "qemu-system-arm"
_BACKPORTS = {"bookworm": "bookworm-backports"}  # Debian 12 has QEMU 7.2, its backports 10.0; Debian 13 has 10.0
_UPDATE = ("apt-get", "-q", "update")
_INSTALL = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "install", "--yes", "--no-install-recommends")


@dataclass(frozen=True)
class Step:
    """A command to run as root."""

    command: tuple[str, ...]
    stdin: str = ""

    def __str__(self) -> str:
        typed = shlex.join(self.command)
        return f"echo {shlex.quote(self.stdin.strip())} | {typed}" if self.stdin else typed


def provide_packages(purposes: Sequence[Purpose]) -> None:
    """Install the system packages that `purposes` need and this machine has not.

    Raises:
        SetupError: something is missing and cannot be installed from here; the fix says how a person does it.
    """
    missing = missing_requirements(purposes)
    if not missing:
        return
    system = this_system()
    if not system.debian_release:
        raise SetupError(f"missing on {system.name}: {_names(missing)}", f"{system.advice(missing)}, then repeat")
    steps = plan(system, missing)
    privilege = _privilege()
    if privilege is None:
        commands = "\n    ".join(str(step) for step in steps)
        raise SetupError(
            f"missing: {_names(missing)}, and installing needs root or sudo without a password",
            f"run this as root, then repeat:\n    {commands}",
        )
    for step in steps:
        _run(step, privilege)
    if still_missing := missing_requirements(purposes):
        raise SetupError(
            f"installed, but still missing or too old: {_names(still_missing)}",
            "remove older ones that come earlier in PATH: `type -a qemu-system-arm arm-none-eabi-gcc g++`",
        )


def missing_requirements(purposes: Sequence[Purpose]) -> list[Requirement]:
    """The system requirements of `purposes` that are missing or too old."""
    return [wanted for wanted in SYSTEM if wanted.purpose in purposes and wanted.check().state is not State.FOUND]


def plan(system: System, missing: Sequence[Requirement]) -> list[Step]:
    """The steps that install `missing`; QEMU comes from the backports where the release's own is too old.

    Raises:
        SetupError: the backports are needed, and apt knows no archive to take them from.
    """
    packages = system.packages(missing)
    backports = _BACKPORTS.get(system.debian_release)
    steps = []
    if backports and _QEMU in packages:
        packages.remove(_QEMU)
        steps += _enable(system.debian_release, backports)
        steps += [Step(_UPDATE), Step((*_INSTALL, "-t", backports, _QEMU))]
    else:
        steps += [Step(_UPDATE)]
    return [*steps, Step((*_INSTALL, *packages))] if packages else steps


def _enable(release: str, backports: str) -> list[Step]:
    """Backports lie in the archive that the release itself comes from, so its mirror serves, whichever it is."""
    archives = _archives()
    if any(archive.release == backports for archive in archives):
        return []
    mains = [archive for archive in archives if (archive.release, archive.component) == (release, "main")]
    if not mains:
        raise SetupError(f"apt has no source for Debian {release}", f"add one below {SOURCES}, then repeat")
    mirror = next((archive for archive in mains if archive.origin == "Debian"), mains[0])
    return [Step(("tee", str(SOURCES / f"{backports}.list")), f"deb {mirror.uri} {backports} main\n")]


@dataclass(frozen=True)
class _Archive:
    """One archive that apt is configured for. `origin` is known after `apt-get update` only."""

    uri: str
    release: str
    component: str
    origin: str


def _archives() -> list[_Archive]:
    """The binary archives among apt's sources. Before the first update apt shows them only without release info."""
    return _listed_archives() or _listed_archives("--no-release-info")


def _listed_archives(*options: str) -> list[_Archive]:
    form = "$(TARGET_OF)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)"
    command = ["apt-get", "indextargets", *options, "--format", form]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    rows = [line.split("|") for line in listed.splitlines()]
    return [_Archive(*fields) for kind, *fields in rows if kind == "deb" and len(fields) == 4]


def _privilege() -> tuple[str, ...] | None:
    """What to write before a command so that it runs as root; None if there is no way without a password."""
    if os.geteuid() == 0:
        return ()
    try:
        allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return None
    return ("sudo", "-n") if allowed else None


def _run(step: Step, privilege: tuple[str, ...]) -> None:
    print(f"+ {step}", flush=True)
    command = [*privilege, "env", "DEBIAN_FRONTEND=noninteractive", *step.command]
    done = subprocess.run(command, input=step.stdin, text=True, check=False)
    if done.returncode:
        raise SetupError(
            f"`{step}` failed with exit code {done.returncode}",
            "see its message above; check the network, the disk and apt's sources, then repeat",
        )


def _names(requirements: Sequence[Requirement]) -> str:
    return ", ".join(wanted.name for wanted in requirements)
