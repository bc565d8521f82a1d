"""Installing TensorFlow Lite Micro's library, with a stand-in for PlatformIO: it comes, fails, hangs, comes in half."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.tflm_library import write_library

from harness.errors import SetupError
from harness.setup import tflm_install
from harness.setup.tflm import installed_folder, pinned_library
from harness.setup.tflm_install import offer_library, provide_library

ENOUGH_S = 60.0
BRINGS = """
import os
from pathlib import Path
from support.tflm_library import write_library
write_library(Path(os.environ["PLATFORMIO_WORKSPACE_DIR"], "libdeps", "tflm", {name!r}), {name!r}, {version!r})
"""
HALF = f"{BRINGS}\nimport shutil\nshutil.rmtree(next(Path(os.environ['PLATFORMIO_WORKSPACE_DIR']).glob('**/schema')))"
OFFLINE = "print('Library Manager: Installing x'); print('HTTPClientError: '); raise SystemExit(1)"
UNKNOWN = "print('UnknownPackageError: Could not find the package'); raise SystemExit(1)"
# Its child, which would outlive it, keeps the pipe open.
HANGS = """
import subprocess
subprocess.run(["sh", "-c", "exec 3> {pipe}; sleep 1000"])
"""


@pytest.fixture
def platformio(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """`platformio(script)` makes PlatformIO that script; returns the file with a line for each call."""
    monkeypatch.delenv("TFLM_LIB", raising=False)
    calls = tmp_path / "calls"

    def pretend(script: str) -> Path:
        pin = pinned_library()
        path = tmp_path / "platformio.py"
        support = Path(__file__).resolve().parents[1]
        head = (
            f"import sys\nsys.path.insert(0, {str(support)!r})\nprint(*sys.argv[1:], file=open({str(calls)!r}, 'a'))\n"
        )
        path.write_text(head + script.replace("{name!r}", repr(pin.name)).replace("{version!r}", repr(pin.version)))
        monkeypatch.setattr(tflm_install, "platformio_command", lambda: [sys.executable, str(path)])
        return calls

    return pretend


def test_installs_the_pinned_library_once(platformio: Callable[[str], Path]) -> None:
    calls = platformio(BRINGS)
    library = provide_library(ENOUGH_S)
    assert (library.folder, library.version) == (installed_folder(), pinned_library().version)
    assert provide_library(ENOUGH_S) == library
    (call,) = calls.read_text().splitlines()
    assert call.startswith("pkg install --project-dir ")
    assert call.endswith("--environment tflm")


def test_replaces_another_version(platformio: Callable[[str], Path]) -> None:
    platformio(BRINGS)
    write_library(installed_folder(), "tflm", "0.1")
    (installed_folder() / "left over").touch()
    assert provide_library(ENOUGH_S).version == pinned_library().version
    assert not (installed_folder() / "left over").exists()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (OFFLINE, "its registry cannot be reached"),
        (UNKNOWN, "UnknownPackageError: Could not find the package"),
        (HALF, "missing src/tensorflow/lite/schema/schema_generated.h"),
        ("", "no such folder"),
    ],
)
def test_what_fails_leaves_what_was_there(platformio: Callable[[str], Path], script: str, said: str) -> None:
    platformio(script)
    write_library(installed_folder(), "tflm", "0.1")
    with pytest.raises(SetupError) as caught:
        provide_library(ENOUGH_S)
    assert said in caught.value.cause
    assert "`harness setup tflm`" in caught.value.fix
    assert "version=0.1" in (installed_folder() / "library.properties").read_text()
    assert sorted(path.name for path in installed_folder().parent.iterdir()) == ["library", "lock"]


def test_what_hangs_is_ended_with_its_children(platformio: Callable[[str], Path], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    platformio(HANGS.replace("{pipe}", str(pipe)))
    with pytest.raises(SetupError, match="was not there after 2 s"):
        provide_library(2)
    assert select.select([reader], [], [], ENOUGH_S)[0]
    assert os.read(reader, 1) == b""  # nobody has it open any more
    os.close(reader)


def test_the_set_up_tries_once_and_says_so_in_a_line(
    platformio: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    calls = platformio(OFFLINE)
    offer_library()
    (line,) = capsys.readouterr().out.splitlines()
    assert "registry cannot be reached" in line
    assert "`harness setup tflm` tries again" in line
    offer_library()
    assert capsys.readouterr().out == ""
    assert len(calls.read_text().splitlines()) == 1


def test_by_hand_it_always_tries(platformio: Callable[[str], Path]) -> None:
    calls = platformio(OFFLINE)
    offer_library()
    with pytest.raises(SetupError):
        provide_library(ENOUGH_S)
    platformio(BRINGS)
    assert provide_library(ENOUGH_S).name == pinned_library().name
    assert len(calls.read_text().splitlines()) == 3


def test_the_set_up_installs(platformio: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    platformio(BRINGS)
    offer_library()
    assert f"is installed: {pinned_library().name}" in capsys.readouterr().out


def test_a_library_of_ones_own_is_never_installed_over(
    platformio: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = platformio(BRINGS)
    write_library(tmp_path / "own")
    monkeypatch.setenv("TFLM_LIB", str(tmp_path / "own"))
    offer_library()
    assert provide_library(ENOUGH_S).folder == tmp_path / "own"
    assert not calls.exists()
    assert capsys.readouterr().out == ""
