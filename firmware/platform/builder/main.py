"""Build the firmware for one board and one engine with the system's compiler.

PlatformIO runs this as an SCons script. Its environment `firmware` links the firmware; `tflm_archive` compiles
TensorFlow Lite Micro to the archive that the firmwares of all boards with the same core share. The variables say what
to build:

HARNESS_BOARD           name of an entry of boards.toml, default stm32l475
HARNESS_ENGINE          builtin, tflm or tflm-ref, default builtin: lib/engine_<what stands before the dash>
HARNESS_ENGINE_VERSION  text that HELLO reports of tflm and tflm-ref
HARNESS_TFLM_LIB        for them: the folder of a PlatformIO library with TensorFlow Lite Micro
HARNESS_TFLM_ARCHIVE    for them: the archive made of it
HARNESS_BOARDS_FILES    boards.toml files, separated like PATH; default the one beside the firmware
HARNESS_BUILD_ID        text that HELLO reports
HARNESS_SANITIZE        1: address and undefined-behaviour sanitizers, host boards only
"""

import os
import sys
from pathlib import Path

from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
project_dir = Path(env.subst("$PROJECT_DIR"))
sys.path.insert(0, str(Path(env.PioPlatform().get_dir()) / "builder"))

import tflm  # noqa: E402  found by the line above
from board_entry import BoardEntry, EntryError, read_board  # noqa: E402
from cores import (  # noqa: E402
    COMPILE_FLAGS,
    CXX_FLAGS,
    HOST,
    SANITIZE_FLAGS,
    WARNING_FLAGS,
    Toolchain,
    toolchain_for,
)


def fail(message: str) -> None:
    sys.stderr.write(f"Error: {message}\n")
    env.Exit(1)


def wanted_board() -> BoardEntry:
    files = os.environ.get("HARNESS_BOARDS_FILES") or str(project_dir.parent / "boards.toml")
    return read_board(os.environ.get("HARNESS_BOARD") or "stm32l475", map(Path, files.split(os.pathsep)))


def wanted_engine() -> str:
    return os.environ.get("HARNESS_ENGINE") or "builtin"


def wanted_file(variable: str) -> Path:
    path = Path(os.environ.get(variable) or "/nonexistent")
    if not path.exists():
        raise EntryError(f"engine {wanted_engine()} needs {variable}: {path} is not there")
    return path


def sanitize_flags(board: BoardEntry) -> tuple[str, ...]:
    if os.environ.get("HARNESS_SANITIZE") != "1":
        return ()
    if board.core != HOST:
        raise EntryError(
            f"no sanitizers for {board.core}: build a board with core = {HOST!r}, or unset HARNESS_SANITIZE"
        )
    return SANITIZE_FLAGS


def library(name: str) -> str:
    """The name of a folder of lib, which must be there."""
    folder = project_dir / "lib" / name
    if not folder.is_dir():
        kind = name.partition("_")[0]
        known = sorted(path.name for path in folder.parent.glob(f"{kind}_*"))
        raise EntryError(f"no library lib/{name}: lib has {', '.join(known)}")
    return name


def libraries(board: BoardEntry) -> list[str]:
    """The libraries to link, from those that know nothing of the others on."""
    engine = library(f"engine_{wanted_engine().partition('-')[0]}")
    shared = [] if board.core == HOST else ["cortex_m"]
    return ["bytes", "engine", engine, "link", "board", *shared, library(f"board_{board.support}")]


def use_toolchain(board: BoardEntry, toolchain: Toolchain) -> None:
    for variable, tool in {"CC": "gcc", "CXX": "g++", "LINK": "g++", "AR": "gcc-ar", "RANLIB": "gcc-ranlib"}.items():
        env[variable] = toolchain.prefix + tool
    flags = [*toolchain.flags, *sanitize_flags(board)]
    env.Append(
        CCFLAGS=[*flags, *COMPILE_FLAGS],
        CXXFLAGS=CXX_FLAGS,
        LINKFLAGS=[*flags, *toolchain.link_flags, "-Wl,--gc-sections", "-Wl,-Map,$BUILD_DIR/firmware.map"],
    )


def text_defines(texts: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, env.StringifyMacro(text)) for name, text in texts.items()]


def describe_board(board: BoardEntry) -> None:
    """Tell the sources and the linker script what boards.toml says."""
    texts = {"HARNESS_BOARD": board.name, "HARNESS_BUILD_ID": os.environ.get("HARNESS_BUILD_ID") or "by hand"}
    env.Append(
        CPPDEFINES=[*text_defines(texts), *board.defines.items()],
        LINKFLAGS=[f"-Wl,--defsym={name}={value:#x}" for name, value in board.symbols.items()],
    )
    if board.symbols:
        env.Append(LINKFLAGS=["-T", str(project_dir / "lib" / "cortex_m" / "cortex_m.ld")])


def compile_library(name: str) -> None:
    """Compile a folder of lib. Only the engine that is built on TensorFlow Lite Micro sees its headers."""
    own = env.Clone()
    if name == "engine_tflm":
        folder = wanted_file("HARNESS_TFLM_LIB")
        version = os.environ.get("HARNESS_ENGINE_VERSION") or folder.name
        texts = {"HARNESS_ENGINE": wanted_engine(), "HARNESS_ENGINE_VERSION": version}
        own.Append(
            CPPDEFINES=[*tflm.defines(folder, wanted_engine()), *text_defines(texts)],
            CCFLAGS=[("-isystem", str(path)) for path in tflm.include_folders(folder)],
        )
    own.BuildSources(f"$BUILD_DIR/lib/{name}", str(project_dir / "lib" / name))


def build_firmware(board: BoardEntry, toolchain: Toolchain) -> None:
    names = libraries(board)
    describe_board(board)
    env.Replace(PROGNAME="firmware", PROGSUFFIX=".elf")
    # The same sources give the same bytes wherever they lie.
    here = [f"-ffile-prefix-map={project_dir}=.", f"-ffile-prefix-map={env.subst('$BUILD_DIR')}=build"]
    env.Append(CCFLAGS=[*WARNING_FLAGS, *here], CPPPATH=[str(project_dir / "lib" / name) for name in names])
    for name in names:
        compile_library(name)
    if wanted_engine() in tflm.ENGINES:
        env.Append(LIBS=[env.File(str(wanted_file("HARNESS_TFLM_ARCHIVE")))])
    elf = env.BuildProgram()
    Default(elf)
    if board.core != HOST:
        Default(env.Command("$BUILD_DIR/firmware.hex", elf, f"{toolchain.prefix}objcopy -O ihex $SOURCE $TARGET"))


def build_archive(board: BoardEntry) -> None:
    folder = wanted_file("HARNESS_TFLM_LIB")
    env.Append(
        CPPDEFINES=tflm.defines(folder, wanted_engine()),
        CPPPATH=[str(path) for path in tflm.include_folders(folder)],
        CCFLAGS=[*tflm.FLAGS, f"-ffile-prefix-map={folder}=tflm"],
    )
    sources = tflm.sources(folder, wanted_engine())
    Default(env.StaticLibrary("$BUILD_DIR/tflm", [library_object(folder, path, board.core) for path in sources]))


def library_object(folder: Path, path: Path, core: str) -> object:
    flags = [*env["CCFLAGS"], *tflm.file_flags(path, core)]
    return env.Object(f"$BUILD_DIR/{path.relative_to(folder)}.o", str(path), CCFLAGS=flags)


def build() -> None:
    board = wanted_board()
    toolchain = toolchain_for(board.core)
    use_toolchain(board, toolchain)
    # A build without a change must be fast: look into a file only if its time changed, and keep its list of includes.
    env.Decider("MD5-timestamp")
    env.SetOption("implicit_cache", 1)
    if env["PIOENV"] == "tflm_archive":
        build_archive(board)
    else:
        build_firmware(board, toolchain)


try:
    build()
except EntryError as error:
    fail(str(error))
