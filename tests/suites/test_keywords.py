"""The keywords suite: who speaks in training and who in the test, and that its vectors can be made again."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from types import ModuleType

import numpy as np
import pytest
from support.suites import SUITES, assert_same_features, suite_script

VECTORS = np.load(SUITES["keywords"].vectors)
MADE_WITH = "1.51"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return suite_script("keywords")


def family(speaker: str) -> str:
    """espeak-ng numbers variants that are kin, as iven and iven2."""
    return re.sub(r"\d+$", "", speaker).lower()


def test_who_speaks_in_the_test_was_not_heard_in_training(make: ModuleType) -> None:
    tested = set(map(str, VECTORS["speakers"]))
    assert tested == {clip.speaker for clip in make.test_clips()}
    assert len(tested) == 16
    assert tested.isdisjoint(clip.speaker for clip in make.train_clips())
    assert set(map(family, tested)).isdisjoint(family(clip.speaker) for clip in make.train_clips())


def test_every_speaker_says_every_word_once(make: ModuleType) -> None:
    said = Counter(zip(map(str, VECTORS["speakers"]), VECTORS["labels"].tolist(), strict=True))
    assert set(said.values()) == {1}
    assert len(said) == 16 * len(make.WORDS)


def test_no_two_clips_are_spoken_alike(make: ModuleType) -> None:
    clips = [*make.train_clips(), *make.test_clips()]
    assert len(set(clips)) == len(clips)


def test_features_are_lattice_points_that_float16_holds() -> None:
    inputs = VECTORS["inputs"]
    assert inputs.shape == (160, 49, 40, 1)
    assert inputs.dtype == np.float16
    assert inputs.min() >= 0
    assert inputs.max() <= 1
    steps = inputs.astype(np.float64) * 256
    np.testing.assert_array_equal(steps, np.rint(steps))


def espeak_version() -> str:
    """As espeak-ng says it; empty where there is none."""
    try:
        said = subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        return ""
    found = re.search(r"\d+\.\d+", said)
    return found.group() if found else ""


def test_the_test_vectors_can_be_made_again(make: ModuleType) -> None:
    if espeak_version() != MADE_WITH:
        pytest.skip(f"needs espeak-ng {MADE_WITH}; here is {espeak_version() or 'none'}")
    made = make.test_vectors()
    np.testing.assert_array_equal(made["labels"], VECTORS["labels"])
    np.testing.assert_array_equal(made["speakers"], VECTORS["speakers"])
    assert_same_features(made["inputs"], VECTORS["inputs"])


def test_noise_has_power_one() -> None:
    speech = suite_script("keywords", "speech")
    noise = speech.draw_noise(np.random.default_rng(0))
    assert np.mean(noise**2) == pytest.approx(1.0)
    assert len(noise) == 16_000
