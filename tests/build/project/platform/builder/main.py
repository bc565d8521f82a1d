"""Build the sources; `firmware.txt` says what the harness asked for."""

import os
from pathlib import Path

from SCons.Script import Default, DefaultEnvironment

CORE = ["-mcpu=cortex-m4", "-mthumb"]

env = DefaultEnvironment()
env.Replace(
    AR="arm-none-eabi-gcc-ar",
    CXX="arm-none-eabi-g++",
    LINK="arm-none-eabi-g++",
    RANLIB="arm-none-eabi-gcc-ranlib",
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
)
env.Append(CCFLAGS=CORE, LINKFLAGS=[*CORE, "-nostdlib", "-Wl,-T," + env.subst("$PROJECT_DIR/firmware.ld")])
asked_for = {name: value for name, value in os.environ.items() if name.startswith("HARNESS_")}
build_dir = Path(env.subst("$BUILD_DIR"))
build_dir.mkdir(parents=True, exist_ok=True)
(build_dir / "firmware.txt").write_text(repr(asked_for), "utf-8")
if env["PIOENV"] == "tflm_archive":
    source = f"{os.environ['HARNESS_TFLM_LIB']}/src/tensorflow/lite/micro/kernels/cmsis_nn/conv.cpp"
    Default(env.StaticLibrary("$BUILD_DIR/tflm", env.Object("$BUILD_DIR/conv.o", source)))
else:
    Default(env.BuildProgram())
