"""Builds of a small project by the real PlatformIO."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from harness.build import Firmware, build_firmware, firmware, platformio
from harness.build.store import KEPT_PER_BOARD, build_folder
from harness.config import Board
from harness.errors import BuildError, NoFitError, SetupError


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The build ids that PlatformIO was started for."""
    started: list[str] = []
    run = platformio.run_platformio

    def record(folder: Path, job: platformio.Job) -> None:
        started.append(job.variables["HARNESS_BUILD_ID"])
        run(folder, job)

    monkeypatch.setattr(firmware, "run_platformio", record)
    return started


def test_build(project: Path, board: Board, runs: list[str]) -> None:
    built = build_firmware(board, "builtin")
    assert built.elf.read_bytes()[:4] == b"\x7fELF"
    assert built.hex is None
    assert built.toolchain.startswith("arm-none-eabi-g++")
    assert runs == [built.build_id]
    asked_for = (built.elf.parent / "firmware.txt").read_text()
    assert f"'HARNESS_BUILD_ID': '{built.build_id}'" in asked_for
    assert f"'HARNESS_BOARDS_FILES': '{board.source}'" in asked_for
    assert "'HARNESS_BOARD': 'stm32l475'" in asked_for
    assert "'HARNESS_ENGINE': 'builtin'" in asked_for
    assert "'HARNESS_SANITIZE': ''" in asked_for


def test_nothing_is_written_into_the_project(project: Path, board: Board) -> None:
    before = sorted(project.rglob("*"))
    build_firmware(board, "builtin")
    assert sorted(project.rglob("*")) == before


def test_same_content_is_built_once(project: Path, board: Board, runs: list[str]) -> None:
    assert build_firmware(board, "builtin") == build_firmware(board, "builtin")
    assert len(runs) == 1


def test_changed_source_is_built_again(project: Path, board: Board, runs: list[str]) -> None:
    first = build_firmware(board, "builtin")
    with (project / "src" / "main.cpp").open("a") as source:
        source.write("// changed\n")
    assert build_firmware(board, "builtin").build_id != first.build_id
    assert len(runs) == 2


@pytest.mark.parametrize("damage", [b"", b"not what was built"])
def test_damaged_result_is_built_again(project: Path, board: Board, runs: list[str], damage: bytes) -> None:
    first = build_firmware(board, "builtin")
    intact = first.elf.read_bytes()
    first.elf.write_bytes(damage)
    assert build_firmware(board, "builtin").elf.read_bytes() == intact
    assert len(runs) == 2


def test_interrupted_build_is_begun_anew(project: Path, board: Board, runs: list[str]) -> None:
    first = build_firmware(board, "builtin")
    folder = first.elf.parents[2]
    (folder / "build.json").unlink()
    (folder / "left-over").touch()
    assert build_firmware(board, "builtin") == first
    assert not (folder / "left-over").exists()
    assert len(runs) == 2


def test_two_at_once_build_once(project: Path, board: Board, runs: list[str]) -> None:
    built: list[Firmware] = []
    builders = [threading.Thread(target=lambda: built.append(build_firmware(board, "builtin"))) for _ in range(2)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert built[0] == built[1]
    assert len(runs) == 1


def test_compile_error_is_quoted_with_the_log(project: Path, board: Board) -> None:
    (project / "src" / "main.cpp").write_text("int main() { return undeclared; }\n")
    with pytest.raises(BuildError) as caught:
        build_firmware(board, "builtin")
    heading, *errors = caught.value.cause.splitlines()
    assert heading == "the firmware for stm32l475 with engine builtin did not build:"
    assert errors == ["  src/main.cpp:1:21: error: 'undeclared' was not declared in this scope"]
    log = Path(caught.value.fix.removeprefix("the full log is "))
    assert "undeclared" in log.read_text()


def test_error_of_the_platform_is_quoted(project: Path, board: Board) -> None:
    builder = project / "platform" / "builder" / "main.py"
    builder.write_text("import sys\n\nsys.exit('Error: no such engine: other')\n")
    with pytest.raises(BuildError, match="Error: no such engine: other"):
        build_firmware(board, "other")


def test_undefined_reference_is_quoted(project: Path, board: Board) -> None:
    (project / "src" / "main.cpp").write_text("int absent(); int main() { return absent(); }\n")
    with pytest.raises(BuildError, match="undefined reference to `absent"):
        build_firmware(board, "builtin")


@pytest.mark.parametrize(("region", "available"), [("code", 0x80000), ("data", 0x6C00)])
def test_a_firmware_that_is_too_large_says_by_how_much(
    project: Path, board: Board, region: str, available: int
) -> None:
    (project / "firmware.ld").write_text(
        f"MEMORY {{ {region} : ORIGIN = 0, LENGTH = 8 }}\nSECTIONS {{ .text : {{ main = .; . += 19; }} > {region} }}\n"
    )
    with pytest.raises(NoFitError, match="the firmware for stm32l475 with engine builtin does not fit") as caught:
        build_firmware(board, "builtin")
    (lacking,) = caught.value.shortages
    assert lacking.part == f"firmware's {region}"
    assert lacking.available_bytes == available
    assert lacking.missing_bytes >= 11


def test_an_overflow_of_a_memory_that_the_board_does_not_name_is_a_failed_build(project: Path, board: Board) -> None:
    (project / "firmware.ld").write_text(
        "MEMORY { other : ORIGIN = 0, LENGTH = 8 }\nSECTIONS { .text : { main = .; . += 9; } > other }\n"
    )
    with pytest.raises(BuildError, match="region `other' overflowed"):
        build_firmware(board, "builtin")


def test_unknown_failure_shows_the_end_of_the_log(
    project: Path, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = tmp_path / "pio"
    failing.write_text("#!/bin/sh\necho first; echo second; echo third; echo; echo fourth; exit 3\n")
    failing.chmod(0o755)
    monkeypatch.setattr(platformio, "platformio_command", lambda: [str(failing)])
    with pytest.raises(BuildError) as caught:
        build_firmware(board, "builtin")
    assert caught.value.cause.splitlines()[1:] == ["  second", "  third", "  fourth"]


def test_settings_of_the_user_do_not_reach_the_build(
    project: Path, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATFORMIO_BUILD_FLAGS", "-DNOT_A_DEFINITION(")
    monkeypatch.setenv("PYTHONPATH", "/nonexistent")
    assert build_firmware(board, "builtin").elf.exists()


def test_missing_platformio(project: Path, board: Board, home: Path) -> None:
    (home / "platformio").unlink()
    with pytest.raises(SetupError, match="make setup"):
        build_firmware(board, "builtin")


def test_least_recently_used_builds_are_removed(home: Path) -> None:
    def use(number: int) -> Path:
        with build_folder("stm32l475", f"build-{number}") as folder:
            return folder

    for number in range(KEPT_PER_BOARD):
        folder = use(number)
        os.utime(folder.with_name(f"{folder.name}.lock"), (number, number))
    for number in (0, KEPT_PER_BOARD, KEPT_PER_BOARD + 1):
        use(number)
    names = {path.name for path in folder.parent.iterdir() if path.is_dir()}
    assert names == {"build-0", *(f"build-{number}" for number in range(3, KEPT_PER_BOARD + 2))}


def test_a_build_does_not_wait_for_another_of_the_same_board(home: Path) -> None:
    entered = threading.Event()

    def enter() -> None:
        with build_folder("stm32l475", "finished"):
            entered.set()

    with build_folder("stm32l475", "under-way"):
        threading.Thread(target=enter, daemon=True).start()
        assert entered.wait(10)
