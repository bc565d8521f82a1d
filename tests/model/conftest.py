"""Fixtures of the tests of harness/model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.mlperf import mlperf_folder
from support.models import small_cnn

from harness.model import Model, read_model


@pytest.fixture(params=["float32", "int8"])
def cnn(request: pytest.FixtureRequest) -> Model:
    """The small CNN in each variant, called after it."""
    return read_model(small_cnn(request.param), request.param)


@pytest.fixture(scope="session")
def mlperf_dir() -> Path:
    """The folder with the MLPerf Tiny models, where this machine has it."""
    folder = mlperf_folder()
    if folder is None:
        pytest.skip("MLPerf Tiny's models are not here")
    return folder


@pytest.fixture(scope="session")
def keras() -> Any:
    import tensorflow as tf  # takes seconds: only where it is needed

    return tf.keras


@pytest.fixture(scope="session")
def dense_model(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dense layer of 6 inputs, with an open batch."""
    path: Path = tmp_path_factory.mktemp("keras") / "dense.keras"
    keras.Sequential([keras.Input((6,), name="x"), keras.layers.Dense(3, activation="relu")]).save(path)
    return path
