"""The sizes of functions and objects, read off a program that the test compiles."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from elftools.common.exceptions import ELFError

from harness.build import symbol_bytes

SOURCE = """
namespace shapes { int area[25] = {1}; template <int N> int side() { static int calls; return calls += N; } }
int main() { return shapes::area[0] + shapes::side<3>() + shapes::side<4>(); }
"""


def test_functions_and_objects_are_named_as_in_cpp(tmp_path: Path) -> None:
    (tmp_path / "a.cpp").write_text(SOURCE)
    subprocess.run(["g++", "-c", "a.cpp", "-o", "a.o"], cwd=tmp_path, check=True)
    sizes = symbol_bytes(tmp_path / "a.o")
    assert sizes["shapes::area"] == 100
    assert sizes["main"] > 0
    assert sizes["shapes::side<3>"] == sizes["shapes::side<4>"] > 0


def test_without_cppfilt_names_are_those_of_the_linker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.cpp").write_text(SOURCE)
    subprocess.run(["g++", "-c", "a.cpp", "-o", "a.o"], cwd=tmp_path, check=True)
    monkeypatch.setenv("PATH", "")
    assert symbol_bytes(tmp_path / "a.o")["_ZN6shapes4areaE"] == 100


def test_a_file_that_is_no_elf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.elf").write_bytes(b"no ELF")
    with pytest.raises(ELFError):
        symbol_bytes(tmp_path / "a.elf")
