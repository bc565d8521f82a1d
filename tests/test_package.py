"""The package as another project installs it: a wheel with firmware, boards and the pytest plugin."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness.paths import shipped_boards_file

REPOSITORY = shipped_boards_file().parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = folder.glob("tinyhil-*.whl")
    return built


def test_the_wheel_holds_what_a_build_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "harness/_shipped/boards.toml" in names
    firmware = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "firmware").rglob("*.cpp")}
    assert {f"harness/_shipped/{name}" for name in firmware} <= names
    assert "harness/_shipped/firmware/platformio.ini" in names


def test_an_unpacked_wheel_finds_its_firmware_and_its_boards(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    script = "from harness.paths import firmware_dir, shipped_boards_file as b; print(firmware_dir()); print(b())"
    command = [sys.executable, "-c", script]
    told = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.split()
    shipped = tmp_path / "harness" / "_shipped"
    assert told == [str(shipped / "firmware"), str(shipped / "boards.toml")]


def test_an_editable_install_lists_no_module(tmp_path: Path) -> None:
    """pytest takes the modules that a plugin's distribution lists for the plugin's: `platform.py` for `platform`."""
    script = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = tmp_path.glob("tinyhil-*.whl")
    assert not [name for name in zipfile.ZipFile(built).namelist() if name.endswith(".py")]


def test_the_wheel_names_the_plugin_and_the_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (entry_points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    text = archive.read(entry_points).decode()
    assert "harness = harness.plugin" in text
    assert "harness = harness.cli:main" in text
