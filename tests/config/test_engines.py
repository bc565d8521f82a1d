"""Which engine a run takes: as the option, the board, or what is installed says."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tflm_library import write_library

from harness.config import ENGINES, Engine, choose_engines, engine_folder
from harness.errors import ConfigError, SetupError


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TFLM_LIB", raising=False)
    monkeypatch.setenv("TINYHIL_HOME", str(tmp_path))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """TensorFlow Lite Micro with CMSIS-NN's kernels alone."""
    folder = tmp_path / "library"
    write_library(folder)
    monkeypatch.setenv("TFLM_LIB", str(folder))
    return folder


def test_the_builds_of_one_library_share_its_folder() -> None:
    assert engine_folder("tflm") == engine_folder("tflm-ref")
    assert engine_folder("builtin").is_dir()


def test_auto_is_tflm_where_its_library_is(library: Path) -> None:
    assert choose_engines(None, "auto") == choose_engines("auto", "builtin") == (Engine("tflm", "auto"),)


def test_auto_is_builtin_elsewhere_and_says_why(nothing_installed: None) -> None:
    (engine,) = choose_engines(None, "auto")
    assert (engine.name, engine.chosen_by) == ("builtin", "auto")
    assert "is not installed" in engine.why
    assert str(engine) == "builtin (auto)"


def test_auto_does_not_pass_over_a_library_that_was_named(library: Path) -> None:
    (library / "library.properties").unlink()
    with pytest.raises(SetupError, match="half of it"):
        choose_engines(None, "auto")


def test_the_option_goes_before_the_board_and_the_board_before_auto(library: Path) -> None:
    assert choose_engines("builtin", "tflm") == (Engine("builtin", "option"),)
    assert choose_engines(None, "builtin") == (Engine("builtin", "board"),)
    assert choose_engines("auto", "builtin") == (Engine("tflm", "auto"),)


def test_several_engines_keep_their_order_and_come_once(library: Path) -> None:
    engines = choose_engines("tflm, builtin,auto,tflm", "auto")
    assert [engine.name for engine in engines] == ["tflm", "builtin"]
    assert {engine.chosen_by for engine in engines} == {"option"}


@pytest.mark.parametrize("name", ["bultin", "", "tflm,", "TFLM"])
def test_an_unknown_engine_is_answered_with_the_known_ones(library: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="unknown engine") as caught:
        choose_engines(name, "auto")
    assert all(engine in caught.value.fix for engine in ENGINES)


@pytest.mark.parametrize("name", ["tflm", "tflm-ref"])
def test_tflm_without_its_library_says_how_to_get_it(nothing_installed: None, name: str) -> None:
    with pytest.raises(SetupError, match="is not installed") as caught:
        choose_engines(f"builtin,{name}", "auto")
    assert "`harness setup tflm`" in caught.value.fix


def test_reference_kernels_must_be_in_the_library(library: Path) -> None:
    with pytest.raises(SetupError, match="carries no reference kernels") as caught:
        choose_engines("tflm-ref", "auto")
    assert caught.value.fix.startswith("use --engine=tflm, or let TFLM_LIB name ")
    (library / "src/tensorflow/lite/micro/kernels/conv.cc").touch()
    assert choose_engines("tflm-ref", "auto") == (Engine("tflm-ref", "option"),)


@pytest.mark.parametrize("option", ["tflm", "auto", None])
def test_tflm_must_have_the_kernels_of_cmsis_nn(library: Path, option: str | None) -> None:
    kernels = library / "src/tensorflow/lite/micro/kernels"
    (kernels / "cmsis_nn" / "conv.cpp").rename(kernels / "conv.cpp")
    with pytest.raises(SetupError, match=r"engine tflm: .* carries no CMSIS-NN kernels") as caught:
        choose_engines(option, "auto")
    assert caught.value.fix.startswith("use --engine=tflm-ref, or let TFLM_LIB name ")
