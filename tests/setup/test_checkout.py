from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.setup.checkout import provide_harness
from harness.setup.virtualenv import Virtualenv


@pytest.fixture
def checkout(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\n")
    return folder


@pytest.fixture
def installs(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What pip was asked to install, less the checkout's path; nothing is installed."""
    asked: list[str] = []

    def provide(environment: Virtualenv) -> None:
        environment.python.parent.mkdir(parents=True, exist_ok=True)
        environment.python.touch()

    def install(environment: Virtualenv, requirements: list[str]) -> None:
        asked.append(" ".join(requirements).replace(str(checkout), "."))

    monkeypatch.setattr(Virtualenv, "provide", provide)
    monkeypatch.setattr(Virtualenv, "install", install)
    return asked


def test_second_run_does_nothing(checkout: Path, installs: list[str]) -> None:
    provide_harness(checkout, [])
    provide_harness(checkout, [])
    assert installs == ["--editable ."]


def test_extras_are_added_and_kept(checkout: Path, installs: list[str]) -> None:
    provide_harness(checkout, [])
    provide_harness(checkout, ["test"])
    provide_harness(checkout, [])
    assert installs == ["--editable .", "--editable .[test]"]


def test_changed_project_is_installed_again_with_its_extras(checkout: Path, installs: list[str]) -> None:
    provide_harness(checkout, ["test"])
    (checkout / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    provide_harness(checkout, [])
    assert installs == ["--editable .[test]"] * 2


def test_moved_checkout_is_installed_again(checkout: Path, installs: list[str]) -> None:
    provide_harness(checkout, [])
    moved = checkout.rename(checkout.with_name("moved"))
    provide_harness(moved, [])
    assert installs == ["--editable .", f"--editable {moved}"]


def test_interrupted_install_is_repeated(checkout: Path, installs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(environment: Virtualenv, requirements: list[str]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(Virtualenv, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            provide_harness(checkout, [])
    provide_harness(checkout, [])
    assert installs == ["--editable ."]


def test_home_that_cannot_be_written(checkout: Path, installs: list[str], home: Path) -> None:
    home.write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="TINYHIL_HOME"):
        provide_harness(checkout, [])
    assert not installs
