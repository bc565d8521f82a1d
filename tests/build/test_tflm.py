"""TensorFlow Lite Micro compiled once for a core, with a library of one source."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest
from support.tflm_library import write_library

from harness.build import build_firmware, tflm
from harness.build.key import build_id
from harness.build.tflm import tflm_key, tflm_variables
from harness.config import Board
from harness.errors import BuildError, SetupError

KERNEL = "src/tensorflow/lite/micro/kernels/cmsis_nn/conv.cpp"


@pytest.fixture
def library(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "library"
    write_library(folder, "some_tflm", "1.2.3")
    monkeypatch.setenv("TFLM_LIB", str(folder))
    monkeypatch.setattr(logging.getLogger("harness"), "handlers", [])  # nobody need be told of a library of one source
    return folder


@pytest.fixture
def compiled(library: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The boards for which the library was compiled."""
    boards: list[str] = []
    run = tflm.run_platformio

    def record(folder: Path, job: tflm.Job) -> None:
        boards.append(job.variables["HARNESS_BOARD"])
        run(folder, job)

    monkeypatch.setattr(tflm, "run_platformio", record)
    return boards


def test_firmware_is_told_of_the_compiled_library(library: Path, board: Board) -> None:
    asked_for = (build_firmware(board, "tflm").elf.parent / "firmware.txt").read_text()
    variables = tflm_variables(board, "tflm", sanitize=False)
    assert Path(variables["HARNESS_TFLM_ARCHIVE"]).read_bytes().startswith(b"!<arch>")
    assert variables["HARNESS_TFLM_LIB"] == str(library)
    assert variables["HARNESS_ENGINE_VERSION"] == "some_tflm 1.2.3 with CMSIS-NN kernels"
    assert all(f"'{name}': '{value}'" in asked_for for name, value in variables.items())


def test_compiled_once_for_boards_of_a_core(compiled: list[str], board: Board, project: Path) -> None:
    other = msgspec.structs.replace(board, name="other")
    first = tflm_variables(board, "tflm", sanitize=False)
    (project / "src" / "main.cpp").write_text("int main() { return 1; }\n")
    assert tflm_variables(other, "tflm", sanitize=False) == first
    assert compiled == ["stm32l475"]


def test_interrupted_compilation_is_begun_anew(compiled: list[str], board: Board) -> None:
    archive = Path(tflm_variables(board, "tflm", sanitize=False)["HARNESS_TFLM_ARCHIVE"])
    whole = archive.read_bytes()
    archive.write_bytes(whole[:8])
    assert Path(tflm_variables(board, "tflm", sanitize=False)["HARNESS_TFLM_ARCHIVE"]).read_bytes() == whole
    assert len(compiled) == 2


def test_compilation_is_announced_once(library: Path, board: Board, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        tflm_variables(board, "tflm", sanitize=False)
    assert caplog.messages == ["compiling some_tflm 1.2.3 for cortex-m4f: about 3 minutes, once"]


def test_every_part_counts(library: Path, board: Board, project: Path) -> None:
    keys = [
        tflm_key(board, "tflm", sanitize=False),
        tflm_key(board, "tflm", sanitize=True),
        tflm_key(msgspec.structs.replace(board, core="cortex-m7"), "tflm", sanitize=False),
    ]
    (library / KERNEL).write_text("int changed;\n")
    keys.append(tflm_key(board, "tflm", sanitize=False))
    (project / "platform" / "builder" / "tflm.py").write_text("changed = True\n")
    keys.append(tflm_key(board, "tflm", sanitize=False))
    assert len(set(keys)) == len(keys)


def test_build_id_follows_the_library(library: Path, board: Board) -> None:
    first, builtin = (build_id(board, engine, sanitize=False) for engine in ("tflm", "builtin"))
    (library / KERNEL).write_text("int changed;\n")
    assert build_id(board, "tflm", sanitize=False) != first
    assert build_id(board, "builtin", sanitize=False) == builtin


def test_kernels_that_the_library_lacks(library: Path, board: Board) -> None:
    with pytest.raises(SetupError, match=r"tflm-ref: some_tflm 1\.2\.3 in .* carries no reference kernels"):
        build_firmware(board, "tflm-ref")


def test_library_that_does_not_compile(library: Path, board: Board) -> None:
    (library / KERNEL).write_text("int conv() { return undeclared; }\n")
    with pytest.raises(BuildError, match=r"some_tflm 1\.2\.3 for cortex-m4f did not build:\n.*undeclared") as caught:
        build_firmware(board, "tflm")
    assert f"where a file of {library} is missing" in caught.value.fix


def test_missing_library(project: Path, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TFLM_LIB", raising=False)
    with pytest.raises(SetupError, match="harness setup tflm"):
        build_firmware(board, "tflm")
