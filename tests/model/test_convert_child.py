"""What the converter's child process does, in this process: to start TensorFlow takes longer than all of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.model import Model, read_model
from harness.model.convert_child import convert, main, read_samples, static_shape, variant_file

SAMPLES = np.random.default_rng(0).uniform(size=(20, 6)).astype(np.float32)


@pytest.fixture
def samples_file(tmp_path: Path) -> Path:
    np.save(tmp_path / "samples.npy", SAMPLES)
    return tmp_path / "samples.npy"


def converted(model_file: Path, representative: Path, variant: str) -> Model:
    out_dir = representative.parent
    convert(model_file, representative, out_dir, [variant])
    return read_model(variant_file(out_dir, variant).read_bytes(), variant)


@pytest.mark.parametrize("variant", ["int8", "int16x8"])
def test_scales_come_from_the_representative_inputs(dense_model: Path, samples_file: Path, variant: str) -> None:
    wide_file = samples_file.with_name("wide.npz")
    np.savez(wide_file, inputs=SAMPLES * 10)
    files = (samples_file, wide_file)
    narrow, wide = (converted(dense_model, file, variant).input_tensors[0].quantization for file in files)
    assert narrow and wide
    assert wide.scales[0] == pytest.approx(10 * narrow.scales[0], rel=1e-5)


@pytest.mark.parametrize("name", ["dense.h5", "dense"])
def test_other_formats_give_the_same_model(keras: Any, dense_model: Path, samples_file: Path, name: str) -> None:
    model, path = keras.models.load_model(dense_model), samples_file.with_name(name)
    if path.suffix:
        model.save(path)
    else:
        model.export(path, verbose=False)
    for variant in ("float32", "int8"):
        same, other = (converted(file, samples_file, variant) for file in (dense_model, path))
        assert [op.name for op in other.ops] == ["FULLY_CONNECTED"]
        assert [tensor.shape for tensor in other.input_tensors] == [(1, 6)]
        assert [tensor.quantization for tensor in other.input_tensors + other.output_tensors] == [
            tensor.quantization for tensor in same.input_tensors + same.output_tensors
        ]


def test_several_inputs_take_arrays_by_name(keras: Any, tmp_path: Path) -> None:
    inputs = [keras.Input((6,), name="left"), keras.Input((6,), name="right")]
    keras.Model(inputs, keras.layers.Add()(inputs)).save(tmp_path / "add.keras")
    np.savez(tmp_path / "both.npz", left=SAMPLES, right=SAMPLES)
    assert len(converted(tmp_path / "add.keras", tmp_path / "both.npz", "int8").inputs) == 2


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"inputs": SAMPLES[:0]}, r"\[0\] rows"),
        ({"inputs": SAMPLES[:, :4]}, r"array inputs has shape \(20, 4\), the model wants N x \(6,\)"),
        ({"y": SAMPLES}, "no array x"),
    ],
)
def test_representative_inputs_must_fit(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "samples.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        read_samples(tmp_path / "samples.npz", {"x": (1, 6)})


def test_only_the_batch_may_be_open() -> None:
    assert static_shape("x", (None, 6, 2)) == (1, 6, 2)
    with pytest.raises(ValueError, match=r"input x has the open shape \(None, None, 6\)"):
        static_shape("x", (None, None, 6))


def test_a_file_that_is_no_keras_model_ends_it_with_one_line(
    samples_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = samples_file.with_name("text.keras")
    text.write_text("not a model")
    monkeypatch.setattr(sys, "argv", ["convert", str(text), str(samples_file), str(text.parent), "int8"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert "text.keras" in str(ended.value)
    assert "\n" not in str(ended.value)
