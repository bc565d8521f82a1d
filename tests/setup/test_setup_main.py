from __future__ import annotations

import os
import subprocess
import sys

import pytest

from harness.setup import __main__ as command
from harness.setup import provide_packages
from harness.setup.checkout import CHECKOUT


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the set-up provides, in order; nothing is installed."""
    done: list[object] = []
    monkeypatch.setattr(command, "provide_packages", lambda purposes: done.append([p.value for p in purposes]))
    monkeypatch.setattr(command, "provide_platformio", lambda: done.append("platformio"))
    monkeypatch.setattr(command, "provide_harness", lambda checkout, extras: done.append(extras))
    monkeypatch.setattr(command, "offer_library", lambda: done.append("tflm"))
    monkeypatch.setattr(command, "provide_labgrid", lambda: done.append("labgrid"))
    return done


def test_set_up_for_a_run(steps: list[object]) -> None:
    assert command.main([]) == 0
    assert steps == [["run"], "platformio", [], "tflm"]


def test_set_up_for_the_tests(steps: list[object]) -> None:
    assert command.main(["--for", "test"]) == 0
    assert steps == [["run", "test"], "platformio", ["test"], "labgrid"]


def test_what_cannot_be_installed_stops_the_set_up(
    steps: list[object], tools, on_distribution, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "provide_packages", provide_packages)
    on_distribution(ID="fedora", PRETTY_NAME="Fedora Linux 42")
    assert command.main([]) == 1
    message = capsys.readouterr().err
    assert "missing on Fedora Linux 42: arm-none-eabi-gcc" in message
    assert "dnf install" in message
    assert not steps


def test_interrupt(steps: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "provide_platformio", interrupt)
    assert command.main([]) == 130
    assert "resumes" in capsys.readouterr().err


def test_check_needs_nothing_but_the_standard_library(tmp_path) -> None:
    """-S: without site-packages, as on a machine where nothing is installed yet."""
    variables = os.environ | {"TINYHIL_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-S", "-m", "harness.setup", "--check"],
        cwd=CHECKOUT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PlatformIO" in done.stdout
    assert done.stderr == ""
