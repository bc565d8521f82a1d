from __future__ import annotations

import pytest

from harness.setup import as_text, diagnose, exit_code
from harness.setup.finding import State


def state_of(rows, name: str) -> State:
    return next(row.finding.state for row in rows if row.requirement.name.startswith(name))


@pytest.fixture
def debian(on_distribution) -> None:
    on_distribution(ID="debian", VERSION_CODENAME="bookworm")


def test_lists_every_requirement(tools, home, debian) -> None:
    names = [row.requirement.name for row in diagnose()]
    for wanted in ("Python", "arm-none-eabi-gcc", "newlib", "libstdc++", "g++", "QEMU", "PlatformIO", "SCons", "numpy"):
        assert any(name.startswith(wanted) for name in names)


def test_one_missing_requirement_fails(complete_tools, home, debian) -> None:
    rows = diagnose()
    assert state_of(rows, "QEMU") is State.FOUND
    assert state_of(rows, "PlatformIO") is State.MISSING
    assert exit_code(rows) == 1


def test_missing_extras_do_not_fail(complete_tools, home, debian) -> None:
    rows = [row for row in diagnose() if not row.is_problem]
    assert state_of(rows, "clang-format") is State.MISSING
    assert exit_code(rows) == 0


def test_old_qemu_fails_with_its_version(complete_tools, home, debian) -> None:
    complete_tools.add_qemu("7.2.19")
    rows = [row for row in diagnose() if row.requirement.name.startswith("QEMU")]
    assert exit_code(rows) == 1
    assert as_text(rows).splitlines()[1].split() == ["QEMU", ">=", "9.1", "too", "old", "7.2.19", "make", "setup"]


@pytest.mark.parametrize("release", [{"ID": "fedora"}, {"ID": "debian"}, {"ID": "plan9"}])
def test_fits_80_columns(tools, home, on_distribution, release: dict[str, str]) -> None:
    on_distribution(**release)
    text = as_text(diagnose())
    assert max(map(len, text.splitlines())) <= 80
    assert "missing" in text


def test_names_the_packages_of_the_distribution(tools, home, on_distribution) -> None:
    on_distribution(ID="fedora")
    assert "dnf install arm-none-eabi-newlib" in " ".join(as_text(diagnose()).split())
