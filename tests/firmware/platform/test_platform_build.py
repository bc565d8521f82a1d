"""Real builds by PlatformIO: what comes out, and what a wrong wish ends with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cores import CORES, HOST
from elftools.elf.elffile import ELFFile

from harness.paths import firmware_dir, shipped_boards_file
from harness.setup import packages_dir, platformio_command

FIRMWARE = firmware_dir()
BUILD_ID = "mark-4711"


def run(folder: Path, project: Path = FIRMWARE, **variables: str) -> subprocess.CompletedProcess[str]:
    """Build `project` in `folder`; `variables` are those of the builder."""
    settings = {
        "PLATFORMIO_CORE_DIR": str(folder / "core"),
        "PLATFORMIO_PACKAGES_DIR": str(packages_dir()),
        "PLATFORMIO_WORKSPACE_DIR": str(folder),
        "PLATFORMIO_BUILD_DIR": str(folder / "build"),
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HARNESS_BOARDS_FILES": str(shipped_boards_file()),
        "HARNESS_BUILD_ID": BUILD_ID,
    }
    command = [*platformio_command(), "run", "--project-dir", str(project), "--environment", "firmware"]
    environment = {**os.environ, **settings, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def build(folder: Path, project: Path = FIRMWARE, **variables: str) -> Path:
    """The ELF."""
    done = run(folder, project, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "firmware" / "firmware.elf"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stm32l475 has been built."""
    folder = tmp_path_factory.mktemp("stm32l475")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def elf(folder: Path) -> Path:
    return folder / "build" / "firmware" / "firmware.elf"


def test_sections_lie_where_boards_toml_says(elf: Path) -> None:
    with elf.open("rb") as file:
        sections = {section.name: section for section in ELFFile(file).iter_sections()}
        assert sections[".text"]["sh_addr"] == 0x08000000
        # The stack is lowest: what overflows it leaves the memory instead of reaching variables.
        assert sections[".stack"]["sh_addr"] == 0x10000000
        assert sections[".stack"]["sh_size"] == 8192
        assert 0x10002000 <= sections[".data"]["sh_addr"] <= sections[".bss"]["sh_addr"] < 0x10008000


def test_vectors(elf: Path) -> None:
    with elf.open("rb") as file:
        image = ELFFile(file)
        symbols = image.get_section_by_name(".symtab")
        table = image.get_section_by_name(".text").data()
        words = [int.from_bytes(table[4 * i : 4 * i + 4], "little") for i in range(16 + 38)]
        uart = [symbol for symbol in symbols.iter_symbols() if "handle_uart" in symbol.name]
        assert words[0] == 0x10002000  # above the stack
        assert words[1] == symbols.get_symbol_by_name("reset_handler")[0]["st_value"]
        assert words[3] == symbols.get_symbol_by_name("fault_handler")[0]["st_value"]
        assert words[16 + 37] == uart[0]["st_value"]


def test_no_heap_and_no_exceptions(elf: Path) -> None:
    """None is linked in: no allocator of C or C++ (Itanium C++ ABI names), nothing that throws or unwinds."""
    heap = r"_*(malloc|calloc|realloc|free)(_r)?|_sbrk(_r)?|_Zn[wa].*|_Zd[la].*"
    exceptions = r"__cxa_.*|_Unwind_.*|__gxx_personality.*|_ZSt9terminatev"
    with elf.open("rb") as file:
        names = [symbol.name for symbol in ELFFile(file).get_section_by_name(".symtab").iter_symbols()]
    assert "reset_handler" in names
    assert [name for name in names if re.fullmatch(f"{heap}|{exceptions}", name)] == []


def test_hex_for_loaders_that_need_it(elf: Path) -> None:
    assert elf.with_suffix(".hex").read_text().startswith(":02000004080")


def test_unchanged_sources_are_not_compiled_again(folder: Path, elf: Path) -> None:
    before = elf.stat().st_mtime_ns
    done = run(folder)
    assert "Compiling" not in done.stdout
    assert "Linking" not in done.stdout
    assert elf.stat().st_mtime_ns == before


def test_same_sources_elsewhere_give_the_same_bytes(elf: Path, tmp_path: Path) -> None:
    project = tmp_path / "some" / "other place"
    shutil.copytree(FIRMWARE, project)
    assert build(tmp_path / "workspace", project).read_bytes() == elf.read_bytes()


def test_build_id_is_in_the_image(elf: Path) -> None:
    assert BUILD_ID.encode() in elf.read_bytes()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"HARNESS_BOARD": "stm32"}, "Error: unknown board 'stm32': use one of microbit, mps2-an385, "),
        ({"HARNESS_ENGINE": "magic"}, "Error: no library lib/engine_magic: lib has engine_builtin"),
        ({"HARNESS_SANITIZE": "1"}, "Error: no sanitizers for cortex-m4f"),
        ({"HARNESS_BOARDS_FILES": "absent.toml"}, "Error: absent.toml: "),
    ],
)
def test_wrong_wish_is_one_line(tmp_path: Path, variables: dict[str, str], message: str) -> None:
    done = run(tmp_path, **variables)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_unknown_support(tmp_path: Path) -> None:
    boards = tmp_path / "boards.toml"
    boards.write_text(shipped_boards_file().read_text().replace('support = "stm32l4"', 'support = "stm32f9"'))
    done = run(tmp_path, HARNESS_BOARDS_FILES=str(boards))
    assert (
        "Error: no library lib/board_stm32f9: lib has board_mps2, board_native, board_nrf51, board_stm32l4"
        in done.stderr
    )


@pytest.mark.slow
@pytest.mark.parametrize("core", [core for core in CORES if core != HOST])
def test_every_core_compiles_and_links(tmp_path: Path, core: str) -> None:
    boards = tmp_path / "boards.toml"
    boards.write_text(shipped_boards_file().read_text().replace('core = "cortex-m4f"', f'core = "{core}"'))
    elf = build(tmp_path, HARNESS_BOARD="mps2-an386", HARNESS_BOARDS_FILES=str(boards))
    with elf.open("rb") as file:
        assert ELFFile(file)["e_machine"] == "EM_ARM"
