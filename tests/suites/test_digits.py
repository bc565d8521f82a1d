"""The digits suite: its split, its models, its bars, and that its script makes the same bytes again."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from harness.config import load_suite
from harness.measure.metrics import predicted_class
from harness.measure.vectors import load_suite_vectors
from harness.model import decode_outputs, encode_inputs, read_model_file, total_macs
from harness.model.oracle import Oracle

SUITE_DIR = Path(__file__).parents[2] / "suites" / "digits"
SUITE = load_suite(SUITE_DIR / "suite.toml")
VARIANTS = list(SUITE.models)


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The suite's script as a module: it is in no package."""
    spec = importlib.util.spec_from_file_location("digits_make", SUITE_DIR / "make.py")
    assert spec and spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_test_image_is_trained_on(make: ModuleType) -> None:
    split = make.split_digits()
    assert len(split.test_rows) == 397
    assert sorted([*split.train_rows, *split.test_rows]) == list(range(1797))
    trained = {image.tobytes() for image in split.train_images}
    assert not any(image.tobytes() in trained for image in split.test_images)


def test_every_class_is_held_out_in_proportion(make: ModuleType) -> None:
    split = make.split_digits()
    held_out = np.bincount(split.test_labels, minlength=10)
    everything = held_out + np.bincount(split.train_labels, minlength=10)
    assert np.abs(held_out - everything * 397 / 1797).max() < 1


def test_vectors_are_the_held_out_images(make: ModuleType) -> None:
    split = make.split_digits()
    vectors = load_suite_vectors(SUITE.vectors)
    assert vectors.inputs[0].dtype == np.float32
    assert vectors.inputs[0].min() == 0 and vectors.inputs[0].max() == 1
    np.testing.assert_array_equal(vectors.inputs[0], split.test_images)
    np.testing.assert_array_equal(vectors.labels, split.test_labels)


@pytest.mark.parametrize("variant", VARIANTS)
def test_models_are_what_the_suite_calls_them(variant: str) -> None:
    model = read_model_file(SUITE.models[variant].path)
    assert model.variant == variant
    assert [tensor.shape for tensor in model.input_tensors] == [(1, 8, 8, 1)]
    assert [tensor.shape for tensor in model.output_tensors] == [(1, 10)]
    assert {tensor.dtype for tensor in (*model.input_tensors, *model.output_tensors)} == {variant}
    assert total_macs(model) == 451_904


@pytest.fixture(scope="module")
def accuracies() -> dict[str, float]:
    """The official interpreter's accuracy on all vectors, by variant."""
    vectors = load_suite_vectors(SUITE.vectors)
    assert vectors.labels is not None
    result = {}
    for variant, entry in SUITE.models.items():
        model = read_model_file(entry.path)
        with Oracle(model.data) as oracle:
            outputs = [decode_outputs(oracle.infer(vector), model) for vector in encode_inputs(vectors.inputs, model)]
        result[variant] = float(np.mean([predicted_class(output[0]) for output in outputs] == vectors.labels))
    return result


@pytest.mark.parametrize("variant", VARIANTS)
def test_official_interpreter_meets_the_bars(accuracies: dict[str, float], variant: str) -> None:
    entry = SUITE.models[variant]
    assert accuracies[variant] >= entry.min_accuracy
    if entry.reference is not None and entry.max_drop is not None:
        assert accuracies[entry.reference] - accuracies[variant] <= entry.max_drop


# Two epochs take the same path as all of them; the interpreter is a new one because TensorFlow's seeds and threads are
# settings of a whole process.
SHORT_TRAINING = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import make
make.EPOCHS = 2
for name, data in make.make_files().items():
    print(name, hashlib.sha256(data).hexdigest())
"""


def test_making_the_files_again_gives_the_same_bytes() -> None:
    command = [sys.executable, "-c", SHORT_TRAINING, str(SUITE_DIR)]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert first == second
    assert [line.split()[0] for line in first.splitlines()] == [
        "vectors.npz",
        "digits_float32.tflite",
        "digits_int8.tflite",
    ]


def test_other_bytes_are_told(make: ModuleType) -> None:
    committed = {path.name: path.read_bytes() for path in (SUITE.vectors, SUITE.models["int8"].path)}
    assert make.differing_files(committed) == []
    changed = committed | {"vectors.npz": b"", "digits_int16.tflite": b""}
    assert make.differing_files(changed) == ["vectors.npz", "digits_int16.tflite"]
