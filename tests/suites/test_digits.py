"""The digits suite: its split, its models, and that its script makes the same bytes again."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
from support.suites import SUITES, suite_script

from harness.measure.vectors import load_suite_vectors
from harness.model import read_model_file, total_macs

SUITE = SUITES["digits"]


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return suite_script("digits")


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


@pytest.mark.parametrize("variant", SUITE.models)
def test_models_read_an_image_and_tell_ten_classes(variant: str) -> None:
    model = read_model_file(SUITE.models[variant].path)
    assert [tensor.shape for tensor in model.input_tensors] == [(1, 8, 8, 1)]
    assert [tensor.shape for tensor in model.output_tensors] == [(1, 10)]
    assert total_macs(model) == 451_904


# One epoch takes the same path as all of them; the interpreter is a new one because TensorFlow's seeds and threads are
# settings of a whole process.
SHORT_TRAINING = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import make
make.EPOCHS = 1
for name, data in make.make_files().items():
    print(name, hashlib.sha256(data).hexdigest())
"""


def test_making_the_files_again_gives_the_same_bytes() -> None:
    command = [sys.executable, "-c", SHORT_TRAINING, str(SUITE.path.parent)]
    makers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (maker.communicate()[0] for maker in makers)
    assert first == second
    assert [line.split()[0] for line in first.splitlines()] == [
        "vectors.npz",
        "digits_float32.tflite",
        "digits_int8.tflite",
        "digits_int16x8.tflite",
    ]
