"""Conversion of Keras models in a child process; what happens inside of it is in test_convert_child.py."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.models import small_cnn

from harness.errors import ModelError, SetupError
from harness.model import convert, read_model
from harness.model.convert import convert_keras
from harness.model.convert_child import VARIANTS
from harness.processes import run_group

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


def keras_file(folder: Path) -> Path:
    """A file that is a model's by its format."""
    path = folder / "any.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
    return path


def test_missing_files_and_unknown_variants(tmp_path: Path) -> None:
    model = keras_file(tmp_path)
    with pytest.raises(ModelError, match=r"gone\.keras: no such file"):
        convert_keras(tmp_path / "gone.keras", SAMPLES)
    with pytest.raises(ModelError, match=r"gone\.npz: no such file"):
        convert_keras(model, tmp_path / "gone.npz")
    with pytest.raises(ModelError, match="no such variant: int4"):
        convert_keras(model, SAMPLES, ["int8", "int4"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.keras", r"a\.keras: what is in it is no \.keras"),
        ("a.h5", r"a\.h5: what is in it is no \.h5"),
        ("a.bin", r"a\.bin: no model by its name"),
    ],
)
def test_files_that_are_no_model(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(ModelError, match=said):
        convert_keras(tmp_path / name, SAMPLES)


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no saved_model\.pb in this folder"):
        convert_keras(tmp_path, SAMPLES)


def test_missing_tensorflow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "any.keras").touch()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"pip install tinyhil\[train\]"):
        convert_keras(tmp_path / "any.keras", SAMPLES)


class _Converter:
    """Stands in for the converter's process with a Python program of the test's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self._monkeypatch = monkeypatch
        self._model = keras_file(tmp_path)
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)

    def convert_with(self, program: str, **options: Any) -> dict[str, bytes]:
        def run(command: list[str], timeout_s: float, **arguments: Any) -> Any:
            return run_group([sys.executable, "-c", program, *command[3:]], timeout_s, **arguments)

        self._monkeypatch.setattr(convert, "run_group", run)
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
