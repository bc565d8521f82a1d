"""labgrid's own environment: the real one that the set-up for tests made, and stand-ins for what can go wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.setup import LABGRID_VERSION, labgrid, labgrid_program, provide_labgrid
from harness.setup.finding import MISSING, Finding, State, found


def test_installs_the_pinned_version_once(installs: list[list[str]]) -> None:
    provide_labgrid()
    provide_labgrid()
    assert installs == [["labgrid==26.0.1"]]
    assert labgrid.check_labgrid() == found("26.0.1")


def test_missing_before_it_is_installed(home: Path) -> None:
    assert labgrid.check_labgrid() == MISSING
    with pytest.raises(SetupError, match="harness setup farm"):
        labgrid_program("labgrid-exporter")


def test_another_version_is_too_old(installs: list[list[str]]) -> None:
    with pytest.MonkeyPatch.context() as before:
        before.setattr(labgrid, "_FINGERPRINT", "labgrid 25.0")
        provide_labgrid()
    assert labgrid.check_labgrid() == Finding(State.TOO_OLD, "25.0")
    provide_labgrid()
    assert len(installs) == 2
    assert labgrid.check_labgrid() == found(LABGRID_VERSION)


def test_the_installed_one_has_its_programs() -> None:
    for program in ("labgrid-coordinator", "labgrid-exporter"):
        subprocess.run([labgrid_program(program), "--help"], capture_output=True, check=True, timeout=60)
