"""The one list of what the machine must have, and how to see whether it has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from harness.setup import labgrid, platformio, probes, tflm
from harness.setup.checkout import CHECKOUT
from harness.setup.finding import Finding


class Purpose(Enum):
    """What a requirement is for. RUN: build, run, report. TEST: the project's own tests. EXTRA: conveniences."""

    RUN = "run"
    TEST = "test"
    EXTRA = "extra"


@dataclass(frozen=True)
class Requirement:
    """One thing that the machine must have.

    Attributes:
        name: what it is called, with the oldest version that serves.
        check: looks for it.
        purpose: what fails without it.
        packages: the system packages that hold it, by distribution family (`harness.setup.distributions`).
        remedy: how to get it where no system package holds it.
    """

    name: str
    check: Callable[[], Finding]
    purpose: Purpose = Purpose.RUN
    packages: Mapping[str, str] = field(default_factory=dict)
    remedy: str = ""


SYSTEM = (
    Requirement(
        "Python >= 3.11 with venv",
        probes.python,
        packages={"debian": "python3 python3-venv", "fedora": "python3", "arch": "python", "macos": "python@3.12"},
    ),
    Requirement(
        "arm-none-eabi-gcc",
        probes.arm_compiler,
        packages={
            "debian": "gcc-arm-none-eabi",
            "fedora": "arm-none-eabi-gcc-cs",
            "arch": "arm-none-eabi-gcc",
            "macos": "gcc-arm-embedded",
        },
    ),
    Requirement(
        "newlib for Arm",
        probes.arm_newlib,
        packages={
            "debian": "libnewlib-arm-none-eabi",
            "fedora": "arm-none-eabi-newlib",
            "arch": "arm-none-eabi-newlib",
            "macos": "gcc-arm-embedded",
        },
    ),
    Requirement(
        "libstdc++ for Arm",
        probes.arm_libstdcxx,
        packages={
            "debian": "libstdc++-arm-none-eabi-newlib",
            "fedora": "arm-none-eabi-gcc-cs-c++",
            "arch": "arm-none-eabi-gcc",
            "macos": "gcc-arm-embedded",
        },
    ),
    Requirement(
        "g++",
        probes.host_compiler,
        packages={"debian": "g++", "fedora": "gcc-c++ libasan libubsan", "arch": "gcc", "macos": "gcc"},
    ),
    Requirement(
        "QEMU >= 9.1",
        probes.qemu,
        packages={
            "debian": "qemu-system-arm",
            "fedora": "qemu-system-arm",
            "arch": "qemu-system-arm",
            "macos": "qemu",
        },
    ),
    Requirement(
        "clang-format",
        probes.clang_format,
        purpose=Purpose.TEST,
        packages={
            "debian": "clang-format",
            "fedora": "clang-tools-extra",
            "arch": "clang",
            "macos": "clang-format",
        },
    ),
    Requirement(
        "clang with libFuzzer",
        probes.fuzzer,
        purpose=Purpose.TEST,
        packages={
            "debian": "clang libclang-rt-dev",
            "fedora": "clang compiler-rt",
            "arch": "clang compiler-rt",
            "macos": "llvm",
        },
    ),
    Requirement(
        "espeak-ng",
        probes.espeak,
        purpose=Purpose.TEST,
        packages={"debian": "espeak-ng", "fedora": "espeak-ng", "arch": "espeak-ng", "macos": "espeak-ng"},
    ),
    Requirement(
        "ser2net",
        probes.ser2net,
        purpose=Purpose.TEST,
        packages={"debian": "ser2net", "fedora": "ser2net", "arch": "ser2net", "macos": "ser2net"},
    ),
    Requirement(
        "Chromium with its driver",
        probes.chromium,
        purpose=Purpose.TEST,
        packages={
            "debian": "chromium chromium-driver",
            "fedora": "chromium chromedriver",
            "arch": "chromium",
            "macos": "chromium chromedriver",
        },
    ),
)

TOOLS = (
    Requirement(f"PlatformIO {platformio.PLATFORMIO_VERSION}", platformio.check_platformio),
    Requirement(f"SCons {platformio.SCONS_VERSION}", platformio.check_scons),
)

EXTRAS = (
    Requirement(
        "TensorFlow Lite Micro",
        tflm.check_tflm,
        purpose=Purpose.EXTRA,
        remedy=f"for --engine=tflm: {tflm.INSTALL_COMMAND}",
    ),
    Requirement(
        f"labgrid {labgrid.LABGRID_VERSION}",
        labgrid.check_labgrid,
        purpose=Purpose.EXTRA,
        remedy=f"for --target=farm: {labgrid.LABGRID_COMMAND}",
    ),
    Requirement(
        "tflite-micro",
        probes.Distribution("tflite-micro").check,
        purpose=Purpose.EXTRA,
        remedy='for --check: pip install "tinyhil[oracle]"',
    ),
    Requirement(
        "tensorflow",
        probes.Distribution("tensorflow").check,
        purpose=Purpose.EXTRA,
        remedy='for training: pip install "tinyhil[train]"',
    ),
    Requirement(
        "DuckDB",
        probes.Distribution("duckdb").check,
        purpose=Purpose.EXTRA,
        remedy='for harness report sql: pip install "tinyhil[sql]"',
    ),
    Requirement(
        "s3fs",
        probes.Distribution("s3fs").check,
        purpose=Purpose.EXTRA,
        remedy='for sessions at s3:// URLs: pip install "tinyhil[s3]"',
    ),
)


def libraries() -> list[Requirement]:
    """The distributions that the package depends on."""
    remedy = "make setup" if CHECKOUT else "pip install --upgrade tinyhil"
    return [Requirement(wanted.text, wanted.check, remedy=remedy) for wanted in probes.wanted_distributions()]


def all_requirements() -> list[Requirement]:
    return [*SYSTEM, *TOOLS, *libraries(), *EXTRAS]
