"""The shell script that finds or installs the Python that runs the set-up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import harness.setup

SCRIPT = Path(harness.setup.__file__).with_name("bootstrap.sh")
NEW = "case $1 in -c) exit 0;; esac"
OLD = "case $1 in -c) exit 1;; esac"


@pytest.fixture
def machine(tools, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PYTHON", raising=False)
    (tools.folder / "dirname").symlink_to("/usr/bin/dirname")
    tools.add("id", "echo 0")
    return tools


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)


def test_hands_over_to_python(machine) -> None:
    machine.add("python3", NEW)
    assert run("--for", "test").returncode == 0
    assert machine.calls()[-1] == "python3 -m harness.setup --for test"


def test_named_python(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.add("python3.12", NEW)
    monkeypatch.setenv("PYTHON", "python3.12")
    assert run().returncode == 0
    assert machine.calls()[-1] == "python3.12 -m harness.setup"


def test_installs_python_on_debian(machine) -> None:
    python = machine.folder / "python3"
    machine.add(
        "apt-get",
        f"case $2 in install) echo '#!/bin/sh' > {python}; PATH=/bin:/usr/bin chmod +x {python};; esac",
    )
    assert run().returncode == 0
    assert "apt-get -q install --yes --no-install-recommends python3 python3-venv" in machine.calls()


def test_old_debian_has_no_python_that_serves(machine) -> None:
    machine.add("python3", OLD)
    machine.add("apt-get")
    done = run()
    assert "apt-get -q update" in machine.calls()
    assert done.returncode == 1
    assert "older than 3.11" in done.stderr


@pytest.mark.parametrize("python", [OLD, None])
def test_says_what_to_install_without_apt(machine, python: str | None) -> None:
    if python:
        machine.add("python3", python)
    done = run()
    assert done.returncode == 1
    assert "python3 is missing or older than 3.11" in done.stderr
    assert "fix: install Python 3.11 or newer" in done.stderr


def test_says_what_to_install_without_root(machine) -> None:
    machine.add("id", "echo 1000")
    machine.add("apt-get")
    assert run().returncode == 1
    assert not [call for call in machine.calls() if call.startswith("apt-get")]


def test_does_not_replace_a_python_that_was_named(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.add("apt-get")
    monkeypatch.setenv("PYTHON", "python3.9")
    done = run()
    assert done.returncode == 1
    assert "python3.9 is missing or older" in done.stderr
