"""`harness convert`, with a converter that answers at once."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.model import convert


@pytest.fixture
def model(tmp_path: Path, harness: Callable[..., Any]) -> str:
    """A model in the working folder, beside `x.npy`."""
    (tmp_path / "net.keras").touch()
    np.save(tmp_path / "x.npy", np.zeros((2, 3), np.float32))
    return "net.keras"


def test_each_variant_gets_a_file(
    harness: Callable[..., Any], model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "convert_keras", lambda model, inputs, names: dict.fromkeys(names, b"four"))
    done = harness("convert", model, "--representative=x.npy", "--out=made")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [f"made/net_{name}.tflite: 4 bytes" for name in ("float32", "int8", "int16x8")]
    assert {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()} == {
        f"net_{name}.tflite": b"four" for name in ("float32", "int8", "int16x8")
    }


def test_a_folder_that_cannot_be_written_is_told(
    harness: Callable[..., Any], model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "convert_keras", lambda model, inputs, names: dict.fromkeys(names, b"four"))
    (tmp_path / "taken").touch()
    done = harness("convert", model, "--representative=x.npy", "--out=taken")
    assert (done.code, done.out) == (2, "")
    assert "taken/net_float32.tflite: cannot be written: File exists" in done.err
    assert "--out" in done.err


def test_without_tensorflow_the_fix_is_told(
    harness: Callable[..., Any], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    done = harness("convert", model, "--representative=x.npy")
    assert (done.code, done.out) == (2, "")
    assert "harness convert: converting a Keras model needs TensorFlow" in done.err
    assert "tinyhil[train]" in done.err


def test_wrong_input_is_one_message(harness: Callable[..., Any], model: str) -> None:
    done = harness("convert", model, "--representative=x.npy", "--variants=int4")
    assert done.code == 2
    assert "no such variant: int4" in done.err
