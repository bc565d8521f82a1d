"""Conversion of Keras models, with TensorFlow."""

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
from harness.model.convert import VARIANTS, convert_keras

SAMPLES = np.random.default_rng(0).uniform(size=(20, 6)).astype(np.float32)


@pytest.fixture(scope="module")
def keras() -> Any:
    import tensorflow as tf  # takes seconds: only where it is needed

    return tf.keras


@pytest.fixture(scope="module")
def dense_model(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dense layer of 6 inputs, with an open batch."""
    path: Path = tmp_path_factory.mktemp("keras") / "dense.keras"
    keras.Sequential([keras.Input((6,), name="x"), keras.layers.Dense(3, activation="relu")]).save(path)
    return path


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


def test_scales_come_from_the_representative_inputs(dense_model: Path, tmp_path: Path) -> None:
    quantized = ["int8", "int16x8"]
    np.savez(tmp_path / "wide.npz", inputs=SAMPLES * 10)
    narrow = convert_keras(dense_model, SAMPLES, quantized)
    wide = convert_keras(dense_model, tmp_path / "wide.npz", quantized)
    for variant in quantized:
        scales = [read_model(models[variant], "dense").input_tensors[0].quantization for models in (narrow, wide)]
        assert scales[0] and scales[1]
        assert scales[1].scales[0] == pytest.approx(10 * scales[0].scales[0], rel=1e-5)


def test_several_inputs_take_arrays_by_name(keras: Any, tmp_path: Path) -> None:
    inputs = [keras.Input((6,), name="left"), keras.Input((6,), name="right")]
    keras.Model(inputs, keras.layers.Add()(inputs)).save(tmp_path / "add.keras")
    np.savez(tmp_path / "both.npz", left=SAMPLES, right=SAMPLES)
    model = read_model(convert_keras(tmp_path / "add.keras", tmp_path / "both.npz", ["int8"])["int8"], "add")
    assert len(model.inputs) == 2
    np.savez(tmp_path / "one.npz", left=SAMPLES)
    with pytest.raises(ModelError, match="no array right"):
        convert_keras(tmp_path / "add.keras", tmp_path / "one.npz")


@pytest.mark.parametrize(
    ("representative", "message"),
    [(SAMPLES[:0], r"\[0\] rows"), (SAMPLES[:, :4], r"have shape \(20, 4\), the model wants N x \(6,\)")],
)
def test_representative_inputs_must_fit(dense_model: Path, representative: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        convert_keras(dense_model, representative)


def test_open_dimension_is_refused(keras: Any, tmp_path: Path) -> None:
    layers = [keras.Input((None, 6), name="sequence"), keras.layers.Dense(3)]
    keras.Sequential(layers).save(tmp_path / "open.keras")
    with pytest.raises(ModelError, match=r"input sequence has the open shape \(None, None, 6\)"):
        convert_keras(tmp_path / "open.keras", SAMPLES)


def test_a_file_that_is_no_keras_model(tmp_path: Path) -> None:
    (tmp_path / "text.keras").write_text("not a model")
    with pytest.raises(ModelError, match=r"text\.keras"):
        convert_keras(tmp_path / "text.keras", SAMPLES)


def test_missing_files_and_unknown_variants(dense_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.keras: no such file"):
        convert_keras(tmp_path / "gone.keras", SAMPLES)
    with pytest.raises(ModelError, match=r"gone\.npz: no such file"):
        convert_keras(dense_model, tmp_path / "gone.npz")
    with pytest.raises(ModelError, match="no such variant: int4"):
        convert_keras(dense_model, SAMPLES, ["int8", "int4"])


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
