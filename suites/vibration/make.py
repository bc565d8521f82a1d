"""Let machines turn, train the autoencoder that knows healthy ones, and write its models and test vectors.

python suites/vibration/make.py            write the files beside this one
python suites/vibration/make.py --check    make them again elsewhere and compare

Needs the extra `train`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from machine import BANDS, FAULTS, Machine, draw_machine, features, record
from numpy.typing import NDArray

from harness.model.making import make_suite, repeatable_keras, suite_files

SEED = 3600  # draws machines and recordings, starts the weights, orders the batches
TRAIN_MACHINES = 400
TEST_MACHINES = 20  # never heard in training
TRAIN_RECORDINGS = 15  # of each training machine, healthy
TEST_RECORDINGS = 10  # of each test machine, healthy; and as many with a fault
LEAST_SEVERITY = 0.2
CALIBRATION_RECORDINGS = 200
EPOCHS = 40
BATCH_RECORDINGS = 64
LEARNING_RATE = 2e-3
WIDTH = 96
BOTTLENECK = 8


def draw_machines() -> tuple[list[Machine], list[Machine]]:
    """Those that the network learns from, and those that test it."""
    generator = np.random.default_rng(SEED)
    machines = [draw_machine(generator) for _ in range(TRAIN_MACHINES + TEST_MACHINES)]
    return machines[:TRAIN_MACHINES], machines[TRAIN_MACHINES:]


def train_features(machines: Sequence[Machine]) -> NDArray[np.float32]:
    """`TRAIN_RECORDINGS` of each healthy machine: float32, N x `BANDS`, in a random order."""
    generator = np.random.default_rng(SEED + 1)
    heard = [features(record(machine, None, 0.0, generator)) for machine in machines for _ in range(TRAIN_RECORDINGS)]
    return np.stack(heard)[generator.permutation(len(heard))]


def test_vectors(machines: Sequence[Machine]) -> dict[str, NDArray[Any]]:
    """What `vectors.npz` holds: healthy (label 0) and faulty (1) recordings in turn, the faults in turn too."""
    generator = np.random.default_rng(SEED + 2)
    inputs, labels = [], []
    for index in range(TEST_MACHINES * TEST_RECORDINGS):
        machine, fault = machines[index // len(FAULTS) % TEST_MACHINES], FAULTS[index % len(FAULTS)]
        inputs.append(features(record(machine, None, 0.0, generator)))
        inputs.append(features(record(machine, fault, generator.uniform(LEAST_SEVERITY, 1), generator)))
        labels += [0, 1]
    return {"inputs": np.stack(inputs).astype(np.float16), "labels": np.array(labels)}


def train_network(heard: NDArray[np.float32]) -> Any:
    """A `keras.Model` that gives its input back through a bottleneck of `BOTTLENECK` values."""
    keras = repeatable_keras(SEED)
    layers = keras.layers
    bands = keras.Input((BANDS,), batch_size=1, name="bands")
    values = bands
    for width in (WIDTH, WIDTH):
        values = layers.ReLU()(layers.BatchNormalization()(layers.Dense(width, use_bias=False)(values)))
    values = layers.Dense(BOTTLENECK)(values)
    for width in (WIDTH, WIDTH):
        values = layers.ReLU()(layers.BatchNormalization()(layers.Dense(width, use_bias=False)(values)))
    network = keras.Model(bands, layers.Dense(BANDS)(values))
    steps = EPOCHS * -(-len(heard) // BATCH_RECORDINGS)
    learning_rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    network.compile(keras.optimizers.Adam(learning_rate), "mean_squared_error")
    network.fit(heard, heard, BATCH_RECORDINGS, EPOCHS, verbose=0)
    return network


def make_files() -> dict[str, bytes]:
    """The suite's generated files, by name."""
    train_machines, test_machines = draw_machines()
    heard = train_features(train_machines)
    return suite_files("vibration", train_network(heard), heard[:CALIBRATION_RECORDINGS], test_vectors(test_machines))


if __name__ == "__main__":
    make_suite(Path(__file__).resolve().parent, make_files)
