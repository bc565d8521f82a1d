"""Train the digits CNN and write its models and test vectors beside this file; the same machine gives the same bytes.

python suites/digits/make.py            write the files
python suites/digits/make.py --check    make them again elsewhere and compare
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from harness.model.making import make_suite, repeatable_keras, suite_files

SEED = 1797  # splits the data, starts the weights, orders the batches
TEST_IMAGES = 397
CALIBRATION_IMAGES = 200
EPOCHS = 40
BATCH_IMAGES = 32
LEARNING_RATE = 5e-3
MAX_COUNT = 16  # a pixel counts the inked ones among the 4 x 4 of the original bitmap


@dataclass(frozen=True)
class Split:
    """Images are float32, N x 8 x 8 x 1, in 0 ... 1; labels int64, N, in 0 ... 9; rows index scikit-learn's set."""

    train_rows: NDArray[np.int64]
    train_images: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test_rows: NDArray[np.int64]
    test_images: NDArray[np.float32]
    test_labels: NDArray[np.int64]


def split_digits() -> Split:
    """scikit-learn's digits, `TEST_IMAGES` of them held out, each class in proportion."""
    digits = load_digits()
    images = (digits.images[..., np.newaxis] / MAX_COUNT).astype(np.float32)
    labels = digits.target.astype(np.int64)
    train, test = train_test_split(np.arange(len(labels)), test_size=TEST_IMAGES, stratify=labels, random_state=SEED)
    return Split(train, images[train], labels[train], test, images[test], labels[test])


def train_network(split: Split) -> Any:
    """A `keras.Model` of 451,904 multiply-accumulates per image.

    Large enough that, on an emulated board, inference takes longer than the line; small enough for 96 KB of RAM.
    """
    keras = repeatable_keras(SEED)
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.AveragePooling2D(4),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    steps = EPOCHS * -(-len(split.train_labels) // BATCH_IMAGES)
    learning_rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    network.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    network.fit(split.train_images, split.train_labels, BATCH_IMAGES, EPOCHS, verbose=0)
    return network


def make_files() -> dict[str, bytes]:
    """The suite's generated files, by name."""
    split = split_digits()
    vectors = {"inputs": split.test_images, "labels": split.test_labels}
    calibration = split.train_images[:CALIBRATION_IMAGES]
    return suite_files("digits", train_network(split), calibration, vectors)


if __name__ == "__main__":
    make_suite(Path(__file__).resolve().parent, make_files)
