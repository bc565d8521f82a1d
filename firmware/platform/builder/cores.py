"""Compilers and their flags, for each core that boards.toml can name."""

from __future__ import annotations

from dataclasses import dataclass

HOST = "host"

# -ffp-contract: contracted multiply-adds round differently; float32 results would depend on the compiler's mood.
COMPILE_FLAGS = ("-O2", "-g", "-ffunction-sections", "-fdata-sections", "-ffp-contract=off")
CXX_FLAGS = ("-std=c++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics")
WARNING_FLAGS = ("-Wall", "-Wextra", "-Werror")
SANITIZE_FLAGS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")

_SOFT_FLOAT = ("-mfloat-abi=soft",)
# GCC's manual, "ARM Options": the FPU of each core, see also its Technical Reference Manual.
_ARM_FLAGS = {
    "cortex-m0": ("-mcpu=cortex-m0", *_SOFT_FLOAT),
    "cortex-m0plus": ("-mcpu=cortex-m0plus", *_SOFT_FLOAT),
    "cortex-m3": ("-mcpu=cortex-m3", *_SOFT_FLOAT),
    "cortex-m4": ("-mcpu=cortex-m4", *_SOFT_FLOAT),
    "cortex-m4f": ("-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    "cortex-m7": ("-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"),
    "cortex-m33": ("-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
    "cortex-m55": ("-mcpu=cortex-m55", "-mfloat-abi=hard"),  # GCC takes FPU and MVE from the core
}
_ARM_LINK_FLAGS = ("-nostartfiles", "--specs=nano.specs", "--specs=nosys.specs")

CORES = (*_ARM_FLAGS, HOST)


@dataclass(frozen=True)
class Toolchain:
    """What compiles for a core: `prefix` stands before the names of the tools, `link_flags` add to `flags`."""

    prefix: str
    flags: tuple[str, ...]
    link_flags: tuple[str, ...]


def toolchain_for(core: str) -> Toolchain:
    """The system's compiler for `core`, one of CORES."""
    if core == HOST:
        return Toolchain(prefix="", flags=(), link_flags=())
    return Toolchain("arm-none-eabi-", ("-mthumb", *_ARM_FLAGS[core]), _ARM_LINK_FLAGS)
