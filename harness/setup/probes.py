"""Look for the tools and libraries of `requirements.py`. Standard library only."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from harness.setup.checkout import CHECKOUT
from harness.setup.finding import MISSING, Finding, State, at_least, found

MINIMUM_PYTHON = (3, 11)
MINIMUM_QEMU = (9, 1)  # the first with the machine b-l475e-iot01a and its USART
QEMU_MACHINE = "b-l475e-iot01a"
SBIN = "/usr/sbin"  # where Debian puts daemons, and which is not on a user's PATH


def python() -> Finding:
    """The running Python. Debian ships `ensurepip`, which makes a venv's pip, in a package of its own."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return at_least(version, MINIMUM_PYTHON) if util.find_spec("ensurepip") else MISSING


def arm_compiler() -> Finding:
    return _compiler("arm-none-eabi-gcc")


def arm_newlib() -> Finding:
    """newlib's headers, its version, and the small variant of the library that the firmware links."""
    compiler = "arm-none-eabi-gcc"
    specs = _output([compiler, "-print-file-name=nano.specs"])  # the bare name where there is none
    version = _output([compiler, "-E", "-P", "-"], "#include <_newlib_version.h>\n_NEWLIB_VERSION\n")
    return found(version.strip().strip('"')) if version and specs and Path(specs.strip()).is_absolute() else MISSING


def arm_libstdcxx() -> Finding:
    """Debian packs the C++ headers apart from the compiler: only compiling something tells."""
    compiler = "arm-none-eabi-g++"
    compiled = _output([compiler, "-std=c++17", "-fsyntax-only", "-x", "c++", "-"], "#include <algorithm>\n")
    return MISSING if compiled is None else _compiler(compiler)


def host_compiler() -> Finding:
    return _compiler("g++")


def qemu() -> Finding:
    tool = "qemu-system-arm"
    version = _first_version(_output([tool, "--version"]))
    if version is None:
        return MISSING
    finding = at_least(version, MINIMUM_QEMU)
    if finding.state is State.FOUND and QEMU_MACHINE not in (_output([tool, "-machine", "help"]) or ""):
        return Finding(State.MISSING, f"{version}, no {QEMU_MACHINE}")
    return finding


def clang_format() -> Finding:
    version = _first_version(_output(["clang-format", "--version"]))
    return MISSING if version is None else found(version)


def espeak() -> Finding:
    """What speaks the words of the suite keywords."""
    version = _first_version(_output(["espeak-ng", "--version"]))
    return MISSING if version is None else found(version)


def ser2net() -> Finding:
    """What gives a serial port to other computers; an exporter of labgrid starts it."""
    version = _first_version(_output(["ser2net", "-v"]) or _output([f"{SBIN}/ser2net", "-v"]))
    return MISSING if version is None else found(version)


def chromium() -> Finding:
    """The browser that reports are tested in, and the program that drives it."""
    version = _first_version(_output(["chromium", "--version"]))
    return MISSING if version is None or _output(["chromedriver", "--version"]) is None else found(version)


def fuzzer() -> Finding:
    """clang, with the runtime of libFuzzer and of the sanitizers, which is often packed apart: only linking tells."""
    program = 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n'
    flags = ["-fsanitize=fuzzer,address,undefined", "-x", "c++"]
    linked = _output(["clang++", *flags, "-", "-o", "/dev/null"], program)
    return MISSING if linked is None else found(_first_version(_output(["clang++", "--version"])) or "")


@dataclass(frozen=True)
class Distribution:
    """A Python distribution that the running Python must have, at `minimum` or newer."""

    name: str
    minimum: str = ""

    @property
    def text(self) -> str:
        return f"{self.name} >= {self.minimum}" if self.minimum else self.name

    def check(self) -> Finding:
        from importlib import metadata  # loads the email package: slow

        try:
            version = metadata.version(self.name)
        except metadata.PackageNotFoundError:
            return MISSING
        return at_least(version, tuple(int(part) for part in self.minimum.split(".") if part))


def wanted_distributions() -> list[Distribution]:
    """The package's own dependencies: from the checkout's pyproject.toml, else from the installed metadata."""
    return [_distribution(line) for line in _dependencies() if "extra ==" not in line]


def _dependencies() -> list[str]:
    if CHECKOUT:
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
        return [str(line) for line in project["dependencies"]]
    from importlib import metadata

    return metadata.requires("tinyhil") or []


def _distribution(requirement: str) -> Distribution:
    name, _, minimum = requirement.partition(">=")
    return Distribution(name.strip(), minimum.strip())


def _compiler(tool: str) -> Finding:
    version = _output([tool, "-dumpfullversion", "-dumpversion"])
    return MISSING if version is None else found(version.strip())


def _first_version(text: str | None) -> str | None:
    match = re.search(r"\d+(?:\.\d+)+", text or "")
    return match[0] if match else None


def _output(command: Sequence[str], stdin: str = "") -> str | None:
    """What `command` prints, or None if there is no such tool or it fails."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
