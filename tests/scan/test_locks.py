"""A probe has one user, who is named, and whose death frees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import SetupError, TargetError
from harness.scan import held, holder

HOLD = """
import sys
from harness.scan import held
with held("probe", "A1", "desk-1"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINYHIL_HOME", str(tmp_path))
    return tmp_path


def test_a_probe_is_held_once_and_by_the_probe_alone() -> None:
    with held("probe", "A1", "desk-1"):
        in_use = rf"probe a1 of desk-2 is in use by process {os.getpid()} since \d{{4}}-"
        with pytest.raises(TargetError, match=in_use), held("probe", "a1", "desk-2"):
            pass
        with held("port", "A1", "desk-1"), held("probe", "B2", "desk-2"):
            pass
        assert holder("probe", "A1").startswith(f"process {os.getpid()} since")
    assert holder("probe", "A1") == ""
    with held("probe", "A1", "desk-1"):
        pass


def test_a_killed_holder_frees_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(TargetError, match=f"in use by process {other.pid}"), held("probe", "A1", "desk-1"):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
        with held("probe", "A1", "desk-1"):
            pass


def test_a_home_that_cannot_be_written_is_named(home: Path) -> None:
    (home / "locks").touch()
    with pytest.raises(SetupError, match="locks/probe%20a1: cannot be written"), held("probe", "A1", "desk-1"):
        pass
