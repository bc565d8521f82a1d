"""Which packages hold the requirements, on which distribution, and how a person installs them there."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from harness.setup.requirements import Requirement

_INSTALL = {
    "debian": "apt-get install {packages}",
    "fedora": "dnf install {packages}",
    "arch": "pacman -S {packages}",
    "macos": "brew install {packages}",
}


@dataclass(frozen=True)
class System:
    """The operating system: `family` is a key of `Requirement.packages`, or empty for an unknown one."""

    name: str
    family: str
    debian_release: str = ""

    def packages(self, requirements: Sequence[Requirement]) -> list[str]:
        """The packages that hold the requirements, each once, in order."""
        names = [name for wanted in requirements for name in wanted.packages.get(self.family, "").split()]
        return list(dict.fromkeys(names))

    def advice(self, requirements: Sequence[Requirement]) -> str:
        """What a person types to get the requirements."""
        packages = self.packages(requirements)
        if not packages:
            return f"install {', '.join(wanted.name for wanted in requirements)}"
        return _INSTALL[self.family].format(packages=" ".join(packages))


def this_system() -> System:
    """Read from os-release; `debian_release` is set on Debian itself only: its packages are known to serve."""
    if sys.platform == "darwin":
        return System("macOS", "macos")
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return System(platform.system(), "")
    kinds = [release["ID"], *release.get("ID_LIKE", "").split()]
    family = next((kind for kind in kinds if kind in _INSTALL), "fedora" if "rhel" in kinds else "")
    debian_release = release.get("VERSION_CODENAME", "sid") if release["ID"] == "debian" else ""
    return System(release.get("PRETTY_NAME", release["ID"]), family, debian_release)
