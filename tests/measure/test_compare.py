"""What counts as equal to the oracle, and what does not."""

from __future__ import annotations

import numpy as np
import pytest
from support.models import small_cnn

from harness.measure.compare import Agreement, Reference, compare_outputs, elements_agree, outputs_equal
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


@pytest.fixture(scope="module")
def float_model() -> Model:
    return read_model(small_cnn("float32"), "small_cnn")


def answers_of(*values: float, model: Model) -> tuple[bytes, ...]:
    """Outputs of zeros, but for the first element."""
    zeros = np.zeros(model.output_bytes // 4, np.float32)
    return tuple(np.concatenate(([value], zeros[1:])).astype(np.float32).tobytes() for value in values)


def test_engines_that_agree_to_the_byte(float_model: Model) -> None:
    answers = answers_of(1.0, np.nan, model=float_model)
    assert compare_outputs(answers, Reference("other", answers), float_model) == Agreement("other", (), 0, 0.0)


def test_floats_may_agree_and_yet_differ_in_bytes(float_model: Model) -> None:
    reference = Reference("other", answers_of(1.0, 1.0, 0.5, model=float_model))
    found = compare_outputs(
        answers_of(1.0, np.nextafter(np.float32(1), 2), 0.75, model=float_model), reference, float_model
    )
    assert found.different == (2,)
    assert found.different_bytes == 2
    assert found.max_difference == 0.25


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_difference_to_what_is_not_finite_is_infinite(float_model: Model, value: float) -> None:
    reference = Reference("other", answers_of(1.0, model=float_model))
    found = compare_outputs(answers_of(value, model=float_model), reference, float_model)
    assert found.different == (0,)
    assert found.max_difference == np.inf


def test_an_int8_difference_is_in_real_values(int8_model: Model) -> None:
    answer = bytes(int8_model.output_bytes)
    scale = int8_model.output_tensors[0].quantization.scales[0]
    found = compare_outputs([bytes([3]) + answer[1:]], Reference("other", (answer,)), int8_model)
    assert found.max_difference == pytest.approx(3 * scale)
