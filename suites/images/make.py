"""Draw the pictures, train the network that knows their shapes, and write its models and test vectors.

python suites/images/make.py            write the files beside this one
python suites/images/make.py --check    make them again elsewhere and compare

Needs the extra `train`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scene import SHAPES, SIZE, draw

from harness.model.making import make_suite, repeatable_keras, suite_files

SEED = 32  # draws the pictures, starts the weights, orders the batches
TRAIN_PICTURES = 6_000
TEST_PICTURES = 100
CALIBRATION_PICTURES = 200
EPOCHS = 24
BATCH_PICTURES = 32
LEARNING_RATE = 4e-3
CHANNELS = (8, 16, 32)  # of the three residual blocks


def draw_pictures(count: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """`count` pictures, N x `SIZE` x `SIZE` x 3 in 0 … 1, and the indices of their shapes, which take turns."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % len(SHAPES)
    names = tuple(SHAPES)
    return np.stack([draw(names[label], generator) for label in labels]), labels


def train_network(pictures: NDArray[np.float32], labels: NDArray[np.int64]) -> Any:
    """A `keras.Model`: three residual blocks (He et al. 2015, arXiv:1512.03385), as in MLPerf Tiny's ResNet-8.

    It is thinner than that, and its first convolution halves the picture already.
    """
    keras = repeatable_keras(SEED)
    layers = keras.layers

    def convolved(values: Any, channels: int, kernel: int, stride: int = 1) -> Any:
        convolution = layers.Conv2D(channels, kernel, strides=stride, padding="same", use_bias=False)
        return layers.BatchNormalization()(convolution(values))

    def block(values: Any, channels: int, stride: int) -> Any:
        straight = values if stride == 1 else convolved(values, channels, 1, stride)
        values = layers.ReLU()(convolved(values, channels, 3, stride))
        return layers.ReLU()(layers.Add()([straight, convolved(values, channels, 3)]))

    picture = keras.Input((SIZE, SIZE, 3), batch_size=1, name="picture")
    values = layers.ReLU()(convolved(picture, CHANNELS[0], 3, stride=2))
    for channels in CHANNELS:
        values = block(values, channels, stride=1 if channels == CHANNELS[0] else 2)
    values = layers.Flatten()(layers.AveragePooling2D(values.shape[1:3])(values))
    network = keras.Model(picture, layers.Dense(len(SHAPES), activation="softmax")(values))
    steps = EPOCHS * -(-len(labels) // BATCH_PICTURES)
    learning_rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    network.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    for epoch in range(EPOCHS):
        network.fit(turned(pictures, epoch), labels, BATCH_PICTURES, verbose=0)
    return network


def turned(pictures: NDArray[np.float32], times: int) -> NDArray[np.float32]:
    """The same shapes turned by so many right angles, and mirrored after each whole turn."""
    quarter = np.rot90(pictures, times, axes=(1, 2))
    return quarter if times // 4 % 2 == 0 else quarter[:, :, ::-1]


def make_files() -> dict[str, bytes]:
    """The suite's generated files, by name."""
    pictures, labels = draw_pictures(TRAIN_PICTURES, SEED)
    test_pictures, test_labels = draw_pictures(TEST_PICTURES, SEED + 1)
    vectors = {"inputs": test_pictures.astype(np.float16), "labels": test_labels}
    return suite_files("images", train_network(pictures, labels), pictures[:CALIBRATION_PICTURES], vectors)


if __name__ == "__main__":
    make_suite(Path(__file__).resolve().parent, make_files)
