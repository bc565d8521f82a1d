"""Speak the words, train the network that knows them, and write its models and test vectors beside this file.

python suites/keywords/make.py            write the files
python suites/keywords/make.py --check    make them again elsewhere and compare

Needs espeak-ng (a package of Debian) and the extra `suites`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from speech import BANDS, FRAMES, Clip, features_of

from harness.model.making import make_suite, repeatable_keras, suite_files

SEED = 1009  # draws the clips, starts the weights, orders the batches
WORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
VOICES = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc", "en-029")
SPEAKERS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "speakers.toml").read_text())
TRAIN_TAKES = 8  # of each word by each speaker
CALIBRATION_CLIPS = 200
EPOCHS = 20
BATCH_CLIPS = 32
LEARNING_RATE = 4e-3
CHANNELS = 40
BLOCKS = 3


@dataclass(frozen=True)
class Recording:
    """`features` are float32, N x `FRAMES` x `BANDS` x 1, in 0 … 1; `labels` int64, N, index `WORDS`."""

    clips: Sequence[Clip]
    features: NDArray[np.float32]
    labels: NDArray[np.int64]


def record_all(clips: Sequence[Clip]) -> Recording:
    """Every clip spoken and heard."""
    return Recording(clips, features_of(clips), np.array([WORDS.index(clip.word) for clip in clips]))


def train_clips() -> list[Clip]:
    """`TRAIN_TAKES` takes of every word by every training speaker, in a random order."""
    generator = np.random.default_rng(SEED)
    clips = [clip for _ in range(TRAIN_TAKES) for clip in _takes(SPEAKERS["train"], generator)]
    return [clips[index] for index in generator.permutation(len(clips))]


def test_clips() -> list[Clip]:
    """Every word once by each test speaker, one after the other."""
    return list(_takes(SPEAKERS["test"], np.random.default_rng(SEED + 1)))


def _takes(speakers: Sequence[str], generator: np.random.Generator) -> Iterator[Clip]:
    """Every word once by each speaker, the rest drawn."""
    for speaker in speakers:
        for word in WORDS:
            yield Clip(
                word=word,
                voice=str(generator.choice(VOICES)),
                speaker=speaker,
                pitch=int(generator.integers(25, 76)),
                words_per_minute=int(generator.integers(110, 221)),
                start=float(generator.uniform()),
                noise_db=float(generator.uniform(6, 25)),
                seed=int(generator.integers(2**31)),
            )


def train_network(recording: Recording) -> Any:
    """A `keras.Model`: a convolution, then depthwise separable ones (Zhang et al. 2017, arXiv:1711.07128)."""
    keras = repeatable_keras(SEED)
    layers = keras.layers

    def normalized(values: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization()(values))

    clip = keras.Input((FRAMES, BANDS, 1), batch_size=1, name="features")
    values = normalized(layers.Conv2D(CHANNELS, 8, strides=4, padding="same", use_bias=False)(clip))
    for _ in range(BLOCKS):
        values = normalized(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(values))
        values = normalized(layers.Conv2D(CHANNELS, 1, use_bias=False)(values))
    values = layers.Dropout(0.2)(layers.Flatten()(layers.AveragePooling2D(values.shape[1:3])(values)))
    network = keras.Model(clip, layers.Dense(len(WORDS), activation="softmax")(values))
    steps = EPOCHS * -(-len(recording.labels) // BATCH_CLIPS)
    learning_rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    network.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    network.fit(recording.features, recording.labels, BATCH_CLIPS, EPOCHS, verbose=0)
    return network


def test_vectors() -> dict[str, NDArray[Any]]:
    """What `vectors.npz` holds: beside inputs and labels also who spoke."""
    heard = record_all(test_clips())
    speakers = np.array([clip.speaker for clip in heard.clips])
    return {"inputs": heard.features.astype(np.float16), "labels": heard.labels, "speakers": speakers}


def make_files() -> dict[str, bytes]:
    """The suite's generated files, by name."""
    recording = record_all(train_clips())
    network = train_network(recording)
    return suite_files("keywords", network, recording.features[:CALIBRATION_CLIPS], test_vectors())


if __name__ == "__main__":
    make_suite(Path(__file__).resolve().parent, make_files)
