"""The vibration suite: which machines test it, what faults do to a spectrum, and that its vectors can be made again."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from support.suites import SUITES, assert_same_features, suite_script

VECTORS = np.load(SUITES["vibration"].vectors)


@pytest.fixture(scope="module")
def make() -> ModuleType:
    return suite_script("vibration")


@pytest.fixture(scope="module")
def machine() -> ModuleType:
    return suite_script("vibration", "machine")


def test_the_machines_of_the_test_are_not_those_of_the_training(make: ModuleType) -> None:
    trained, tested = make.draw_machines()
    assert (len(trained), len(tested)) == (make.TRAIN_MACHINES, make.TEST_MACHINES)
    assert {each.shaft_hz for each in trained}.isdisjoint(each.shaft_hz for each in tested)


def test_half_of_the_vectors_are_healthy_from_the_first_on() -> None:
    assert VECTORS["labels"].tolist() == [0, 1] * 200
    assert VECTORS["inputs"].shape == (400, 128)
    assert VECTORS["inputs"].dtype == np.float16


def test_the_test_vectors_can_be_made_again(make: ModuleType) -> None:
    made = make.test_vectors(make.draw_machines()[1])
    np.testing.assert_array_equal(made["labels"], VECTORS["labels"])
    assert_same_features(made["inputs"], VECTORS["inputs"])


def test_a_tone_stands_in_its_band(machine: ModuleType) -> None:
    tone = np.sin(2 * np.pi * 1_024 * np.arange(machine.SAMPLES) / machine.SAMPLE_RATE_HZ)
    band_hz = machine.SAMPLE_RATE_HZ / machine.BLOCK_SAMPLES
    assert machine.features(tone).argmax() + 1 == 1_024 / band_hz  # the first band is that of 0 Hz, left out


def test_every_fault_is_heard_and_sounds_its_own(make: ModuleType, machine: ModuleType) -> None:
    tested = make.draw_machines()[1][0]
    heard = [
        machine.features(machine.record(tested, fault, 1.0, np.random.default_rng(0)))
        for fault in (None, *machine.FAULTS)
    ]
    for index, spectrum in enumerate(heard):
        assert all(np.abs(spectrum - other).max() > 0.01 for other in heard[:index])


def test_an_unknown_fault_is_refused(make: ModuleType, machine: ModuleType) -> None:
    with pytest.raises(ValueError, match="rust"):
        machine.record(make.draw_machines()[1][0], "rust", 1.0, np.random.default_rng(0))
