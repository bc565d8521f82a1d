"""Whole networks against the official interpreter: a built one, the digits suite's, and what the converter writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conformance.comparison import Conform
from conformance.graph import DTYPES
from support.models import small_cnn

from harness.config import load_suite
from harness.measure.vectors import load_suite_vectors
from harness.model import encode_inputs, read_model, read_model_file
from harness.model.convert import convert_keras

DIGITS = load_suite(Path(__file__).parents[2] / "suites" / "digits" / "suite.toml")


@pytest.mark.parametrize("dtype", DTYPES)
def test_small_cnn(conform: Conform, dtype: str) -> None:
    conform(small_cnn(dtype))


@pytest.mark.parametrize("variant", DIGITS.models)
def test_every_vector_of_the_digits_suite(conform: Conform, variant: str) -> None:
    model = read_model_file(DIGITS.models[variant].path)
    conform(model.data, encode_inputs(load_suite_vectors(DIGITS.vectors).inputs, model))


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A network with every op of the engine that the converter makes of Keras layers, untrained."""
    from tensorflow import keras  # takes seconds: only where it is needed

    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("keras") / "residual.keras"
    _residual_network(keras).save(path)
    return convert_keras(path, np.random.default_rng(0).uniform(-1, 1, (50, 12, 10, 3)).astype(np.float32))


def _residual_network(keras: Any) -> Any:
    layers = keras.layers
    image = keras.Input((12, 10, 3))
    x = layers.ZeroPadding2D(((0, 1), (2, 1)))(image)
    x = layers.Conv2D(8, 3, strides=2)(x)
    x = skip = layers.ReLU(max_value=6)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu")(x)
    x = layers.Conv2D(8, 1)(x)
    x = layers.Activation("relu")(layers.Add()([x, skip]))
    x = layers.AveragePooling2D(2, padding="same")(layers.MaxPooling2D(2, strides=1)(x))
    features = layers.Dense(6, activation="relu")(layers.Flatten()(x))
    return keras.Model(image, [layers.Softmax()(layers.Dense(5)(features)), layers.GlobalAveragePooling2D()(x)])


def test_a_network_converted_with_an_open_batch(conform: Conform) -> None:
    """The converter adds SHAPE, STRIDED_SLICE and PACK to compute shapes that are 1 by 1 in the file all the same."""
    import tensorflow as tf

    layers = tf.keras.layers
    image = tf.keras.Input((6, 4, 2))
    rows = layers.Reshape((4, 12))(layers.Permute((2, 1))(layers.Reshape((6, 8))(image)))
    network = tf.keras.Model(image, [rows, layers.Concatenate()([image, image[:, ::-1, :, 1:]])])
    model = tf.lite.TFLiteConverter.from_keras_model(network).convert()
    assert {"SHAPE", "STRIDED_SLICE", "PACK"} <= {op.name for op in read_model(model, "model").ops}
    conform(model)


@pytest.mark.parametrize("variant", DTYPES)
def test_converted_network(conform: Conform, converted: dict[str, bytes], variant: str) -> None:
    conform(converted[variant])
