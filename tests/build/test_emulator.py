"""The cycle plugin: compiled once for its sources, and what is said where it cannot be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.build import build_cycle_plugin
from harness.build.toolchain import compiler_version
from harness.errors import BuildError, SetupError
from harness.paths import firmware_dir


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the plugin's sources, and a home without builds."""
    folder = tmp_path / "firmware" / "emulator"
    shutil.copytree(firmware_dir() / "emulator", folder)
    monkeypatch.setattr("harness.build.emulator.firmware_dir", lambda: folder.parent)
    monkeypatch.setenv("TINYHIL_HOME", str(tmp_path / "home"))
    return folder


def test_it_is_compiled_again_only_for_other_sources(sources: Path) -> None:
    first = build_cycle_plugin()
    compiled_at = first.stat().st_mtime_ns
    assert build_cycle_plugin() == first
    assert first.stat().st_mtime_ns == compiled_at
    with (sources / "plugin.c").open("a") as plugin:
        plugin.write("// more\n")
    assert build_cycle_plugin() != first


def test_sources_that_do_not_compile_are_shown(sources: Path) -> None:
    (sources / "block.c").write_text("int nonsense(")
    with pytest.raises(BuildError, match=r"(?s)the cycle plugin does not compile:.*block\.c:1.*fix: run again: gcc"):
        build_cycle_plugin()


def test_a_missing_compiler_is_named(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    compiler_version.cache_clear()
    with pytest.raises(SetupError, match=r"gcc is missing\n.*fix: run"):
        build_cycle_plugin()
    compiler_version.cache_clear()
