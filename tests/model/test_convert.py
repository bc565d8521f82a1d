"""Conversion of Keras models in a child process; what happens inside of it is in test_convert_child.py."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.models import small_cnn

from harness.errors import ModelError, SetupError
from harness.model import convert, read_model
from harness.model.convert import convert_keras
from harness.model.convert_child import VARIANTS

SAMPLES = np.random.default_rng(0).uniform(size=(20, 6)).astype(np.float32)


def test_variants_have_their_types_and_a_batch_of_one(dense_model: Path) -> None:
    models = convert_keras(dense_model, SAMPLES, VARIANTS)
    assert list(models) == ["float32", "int8", "int16x8"]
    for variant, data in models.items():
        model = read_model(data, variant)
        assert model.variant == variant
        assert [op.name for op in model.ops] == ["FULLY_CONNECTED"]
        assert [tensor.shape for tensor in (*model.input_tensors, *model.output_tensors)] == [(1, 6), (1, 3)]
        dtypes = {tensor.dtype for tensor in (*model.input_tensors, *model.output_tensors)}
        assert dtypes == {variant.removesuffix("x8")}


def test_missing_files_and_unknown_variants(tmp_path: Path) -> None:
    (tmp_path / "any.keras").touch()
    with pytest.raises(ModelError, match=r"gone\.keras: no such file"):
        convert_keras(tmp_path / "gone.keras", SAMPLES)
    with pytest.raises(ModelError, match=r"gone\.npz: no such file"):
        convert_keras(tmp_path / "any.keras", tmp_path / "gone.npz")
    with pytest.raises(ModelError, match="no such variant: int4"):
        convert_keras(tmp_path / "any.keras", SAMPLES, ["int8", "int4"])


def test_missing_tensorflow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "any.keras").touch()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"pip install tinyhil\[train\]"):
        convert_keras(tmp_path / "any.keras", SAMPLES)


class _Converter:
    """Stands in for the converter's process with a Python program of the test's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self._monkeypatch = monkeypatch
        self._run = subprocess.run
        self._model = tmp_path / "any.keras"
        self._model.touch()
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)

    def convert_with(self, program: str, **options: Any) -> dict[str, bytes]:
        def run(command: list[str], **arguments: Any) -> Any:
            return self._run([sys.executable, "-c", program, *map(str, command[3:])], **arguments)

        self._monkeypatch.setattr(convert.subprocess, "run", run)
        return convert_keras(self._model, SAMPLES, **options)


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> _Converter:
    return _Converter(monkeypatch, tmp_path)


def test_the_last_line_of_a_refusal_is_told(converter: _Converter) -> None:
    with pytest.raises(ModelError, match=r"any\.keras: float32: input x is too wide"):
        converter.convert_with("import sys; print('a warning', file=sys.stderr); sys.exit('input x is too wide')")


def test_crash_names_the_variant_and_the_signal(converter: _Converter) -> None:
    program = f"import os, sys; open(sys.argv[3] + '/float32.tflite', 'w'); os.kill(os.getpid(), {int(signal.SIGSEGV)})"
    with pytest.raises(ModelError, match=r"int8: TensorFlow's converter crashed \(SIGSEGV\)"):
        converter.convert_with(program)


def test_hang_ends(converter: _Converter) -> None:
    with pytest.raises(ModelError, match=r"did not end within 0\.5 s"):
        converter.convert_with("import signal; signal.pause()", timeout_s=0.5)


def test_float_model_in_place_of_int8_is_told(converter: _Converter, tmp_path: Path) -> None:
    float_file = tmp_path / "float.tflite"
    float_file.write_bytes(small_cnn("float32"))
    program = f"import shutil, sys; shutil.copy({os.fspath(float_file)!r}, sys.argv[3] + '/int8.tflite')"
    with pytest.raises(ModelError, match="made a float32 model where int8 was asked for"):
        converter.convert_with(program, variants=["int8"])
