"""suite.toml: what is accepted, and what each mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config import load_suite
from harness.errors import ConfigError

GOOD = """
[suite]
description = "a suite"
vectors = "vectors.npz"
metric = "accuracy"
[models.int8]
path = "int8.tflite"
min_accuracy = 0.9
reference = "float32"
max_drop = 0.01
[models.float32]
path = "float32.tflite"
"""


def write(folder: Path, text: str) -> Path:
    for name in ("vectors.npz", "int8.tflite", "float32.tflite"):
        (folder / name).touch()
    path = folder / "suite.toml"
    path.write_text(text)
    return path


def test_a_suite_is_named_after_its_folder_and_runs_references_first(tmp_path: Path) -> None:
    folder = tmp_path / "gestures"
    folder.mkdir()
    suite = load_suite(write(folder, GOOD))
    assert suite.name == "gestures"
    assert list(suite.models) == ["float32", "int8"]
    assert suite.models["int8"].path == folder / "int8.tflite"
    assert suite.vectors == folder / "vectors.npz"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('metric = "accuracy"', 'metric = "f1"', ["suite.metric", "f1"]),
        ('metric = "accuracy"', 'metrics = "accuracy"', ["suite", "metrics", "nearest: metric"]),
        ('vectors = "vectors.npz"', 'vectors = "gone.npz"', ["suite.vectors", "gone.npz"]),
        ('path = "int8.tflite"', 'path = "gone.tflite"', ["models.int8.path", "gone.tflite"]),
        ("min_accuracy = 0.9", "min_accuracy = 90", ["models.int8.min_accuracy"]),
        ('reference = "float32"', 'reference = "float23"', ["models.int8.reference", "nearest: float32"]),
        ('reference = "float32"', 'reference = "int8"', ["models.int8.reference"]),
        ("min_accuracy", "min_auc", ["models.int8.min_auc", "the suite's metric is accuracy", "min_accuracy"]),
        ("max_drop = 0.01", "", ["models.int8", "go together"]),
        ("max_drop = 0.01", 'max_drop = 0.01\nengines = ["tflmm"]', ["models.int8.engines", "tflmm"]),
        ("max_drop = 0.01", "max_drop = 0.01\nmust_fit = 'native'", ["models.int8.must_fit", "array"]),
        ("[suite]", "[suit]", ["suit"]),
    ],
)
def test_a_mistake_is_answered_with_file_key_and_fix(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_suite(path)
    assert str(path) in str(caught.value)
    assert caught.value.fix
    for words in said:
        assert words in str(caught.value)


def test_a_suite_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no model"):
        load_suite(write(tmp_path, GOOD.partition("[models.int8]")[0] + "[models]"))


def test_the_bar_is_the_one_of_the_suites_metric(tmp_path: Path) -> None:
    suite = load_suite(write(tmp_path, GOOD.replace("accuracy", "auc")))
    assert suite.metric == "auc"
    assert [model.minimum for model in suite.models.values()] == [0.0, 0.9]
