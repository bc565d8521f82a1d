"""TensorFlow Lite Micro's library: whole, half, of another version, missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.tflm_library import write_library

from harness.errors import SetupError
from harness.setup.finding import MISSING, Finding, State, found
from harness.setup.tflm import (
    CMSIS_NN,
    REFERENCE,
    check_tflm,
    installed_folder,
    pinned_library,
    tflm_library,
)


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that TFLM_LIB names, not there yet."""
    folder = tmp_path / "my tflm"
    monkeypatch.setenv("TFLM_LIB", str(folder))
    return folder


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the installed library, not there yet."""
    monkeypatch.delenv("TFLM_LIB", raising=False)
    return installed_folder()


def refusal() -> SetupError:
    with pytest.raises(SetupError) as caught:
        tflm_library()
    return caught.value


def test_the_pin_is_exact() -> None:
    pin = pinned_library()
    assert str(pin) == f"{pin.owner}/{pin.name}@{pin.version}"
    assert pin.version[0].isdigit()


def test_a_named_library_may_have_any_version(named: Path) -> None:
    write_library(named, "MyTflm", "9.9")
    library = tflm_library()
    assert (library.folder, library.name, library.version) == (named, "MyTflm", "9.9")
    assert library.kernel_sets == {CMSIS_NN}


@pytest.mark.parametrize("suffix", ["cc", "cpp"])
def test_kernel_sets_are_read_off_the_sources(named: Path, suffix: str) -> None:
    write_library(named)
    (named / f"src/tensorflow/lite/micro/kernels/conv.{suffix}").touch()
    assert tflm_library().kernel_sets == {CMSIS_NN, REFERENCE}


def test_library_json_serves_as_well(named: Path) -> None:
    write_library(named)
    (named / "library.properties").unlink()
    (named / "library.json").write_text(json.dumps({"name": "tflm", "version": "1.2.3"}))
    assert (tflm_library().name, tflm_library().version) == ("tflm", "1.2.3")


def test_a_name_that_leads_nowhere(named: Path) -> None:
    error = refusal()
    assert str(named) in error.cause
    assert "TFLM_LIB" in error.fix


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("src/tensorflow/lite/micro/micro_interpreter.h", "micro_interpreter.h"),
        ("src/tensorflow/lite/schema/schema_generated.h", "schema_generated.h"),
        ("src/tensorflow/lite/micro/kernels/cmsis_nn/conv.cpp", "kernels/conv.cpp"),
        ("library.properties", "library.properties with name and version"),
    ],
)
def test_half_a_library_names_what_is_missing(named: Path, gone: str, said: str) -> None:
    write_library(named)
    (named / gone).unlink()
    error = refusal()
    assert str(named) in error.cause
    assert said in error.cause


@pytest.mark.parametrize("manifest", ["{", "[]", '{"name": "x"}', "1"])
def test_a_damaged_manifest(named: Path, manifest: str) -> None:
    write_library(named)
    (named / "library.json").write_text(manifest)
    assert "with name and version" in refusal().cause


def test_the_doctor_blames_the_variable_that_is_wrong(named: Path) -> None:
    assert check_tflm() == Finding(State.MISSING, "wrong TFLM_LIB")
    write_library(named, "MyTflm", "9.9")
    assert check_tflm() == found("9.9")


def test_the_doctor_tells_half_a_library_from_none(installed: Path) -> None:
    assert check_tflm() == MISSING
    installed.mkdir(parents=True)
    assert check_tflm() == Finding(State.MISSING, "not whole")


def test_not_installed(installed: Path) -> None:
    error = refusal()
    assert str(installed) in error.cause
    assert "`harness setup tflm`" in error.fix
    assert "TFLM_LIB" in error.fix


def test_installed(installed: Path) -> None:
    write_library(installed, "tflm", pinned_library().version)
    assert tflm_library().folder == installed


def test_installed_in_another_version(installed: Path) -> None:
    write_library(installed, "tflm", "0.1")
    error = refusal()
    assert "tflm 0.1 is installed, wanted is" in error.cause
    assert "`harness setup tflm`" in error.fix


def test_half_installed(installed: Path) -> None:
    write_library(installed)
    (installed / "src/tensorflow/lite/micro/micro_interpreter.h").unlink()
    error = refusal()
    assert "missing src/tensorflow/lite/micro/micro_interpreter.h" in error.cause
    assert "`harness setup tflm`" in error.fix
