"""What counts as equal to the oracle, and what does not."""

from __future__ import annotations

import numpy as np
import pytest
from support.models import small_cnn

from harness.measure.compare import elements_agree, outputs_equal
from harness.model import Model, read_model


@pytest.mark.parametrize(
    ("got", "wanted", "agree"),
    [
        (0.1, 0.1 + 0.9e-6, True),
        (0.1, 0.1 + 1.9e-6, False),
        (100.0, 100.0009, True),
        (100.0, 100.0011, False),
        (np.nan, np.nan, True),
        (np.nan, 0.0, False),
        (np.inf, np.inf, True),
        (1.0, np.inf, False),
        (-np.inf, np.inf, False),
    ],
)
def test_floats_agree_within_the_larger_of_two_tolerances(got: float, wanted: float, agree: bool) -> None:
    assert bool(elements_agree(np.array([got]), np.array([wanted]))[0]) is agree


@pytest.fixture(scope="module")
def int8_model() -> Model:
    return read_model(small_cnn("int8"), "small_cnn")


def test_one_step_of_one_int8_element_is_a_difference(int8_model: Model) -> None:
    output = bytes(range(int8_model.output_bytes))
    assert outputs_equal(output, output, int8_model)
    assert not outputs_equal(output[:-1] + bytes([output[-1] + 1]), output, int8_model)


def test_an_output_of_another_length_is_a_difference(int8_model: Model) -> None:
    output = bytes(int8_model.output_bytes)
    assert not outputs_equal(output[:-1], output, int8_model)
