from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.setup.virtualenv import Virtualenv


@pytest.fixture
def environment(tmp_path: Path) -> Virtualenv:
    return Virtualenv(tmp_path / "venv")


@pytest.fixture
def system_python(tools, environment: Virtualenv, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python that makes environments whose Python does nothing, successfully."""
    monkeypatch.setattr(sys, "executable", str(tools.add("python3", make_environment(environment, tools.add("inner")))))
    return environment.folder


def make_environment(environment: Virtualenv, inner: Path) -> str:
    """A script that makes an environment as venv does; pyvenv.cfg holds the command that made it."""
    folder, python = environment.folder, environment.python
    return (
        f"mkdir -p {folder}/bin; echo command = $* > {folder}/pyvenv.cfg\n"
        f"cat {inner} > {python}; /bin/chmod +x {python}"
    )


def made(tools) -> int:
    return sum(call.startswith("python3 -m venv --clear") for call in tools.calls())


def test_made_once(environment: Virtualenv, system_python: Path, tools) -> None:
    environment.provide()
    environment.provide()
    assert made(tools) == 1


def test_broken_environment_is_made_anew(environment: Virtualenv, system_python: Path, tools) -> None:
    environment.provide()
    environment.python.write_text("#!/bin/sh\nexit 1\n")
    environment.provide()
    assert made(tools) == 2


def test_environment_that_was_moved_here_is_made_anew(environment: Virtualenv, system_python: Path, tools) -> None:
    """The scripts of the environment start with the path of the Python that they were installed for."""
    environment.provide()
    (environment.folder / "pyvenv.cfg").write_text("command = python3 -m venv --clear /elsewhere/venv\n")
    environment.provide()
    assert made(tools) == 2


def test_stamp_is_what_was_written(environment: Virtualenv, system_python: Path) -> None:
    environment.provide()
    assert environment.stamp() == ""
    environment.write_stamp("complete")
    assert environment.stamp() == "complete"


def test_no_stamp_while_being_changed(environment: Virtualenv, system_python: Path) -> None:
    environment.provide()
    environment.write_stamp("complete")
    environment.provide()
    assert environment.stamp() == ""


def test_no_stamp_when_the_python_has_gone(environment: Virtualenv, system_python: Path) -> None:
    environment.provide()
    environment.write_stamp("complete")
    environment.python.unlink()
    assert environment.stamp() == ""


def test_venv_that_fails(environment: Virtualenv, tools, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = tools.add("python3", "echo Error: no ensurepip >&2; exit 1")
    monkeypatch.setattr(sys, "executable", str(failing))
    with pytest.raises(SetupError, match="Error: no ensurepip"):
        environment.provide()


@pytest.mark.parametrize("indent", ["", "      "])
def test_pip_that_fails_is_quoted(environment: Virtualenv, tools, indent: str) -> None:
    inner = tools.add(
        "inner", f"echo '{indent}ERROR: No matching distribution found for scons'; echo ERROR: more; exit 1"
    )
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(inner)
    with pytest.raises(SetupError) as caught:
        environment.install(["scons"])
    assert caught.value.cause == "pip could not install scons: No matching distribution found for scons"
    assert str(environment.folder / "pip.log") in caught.value.fix


def test_pip_gets_the_requirements(environment: Virtualenv, tools) -> None:
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(tools.add("inner"))
    environment.install(["scons==1", "platformio==2"])
    assert tools.calls() == ["inner -m pip install --quiet --disable-pip-version-check scons==1 platformio==2"]
