"""benchmarks/validation.py: predictions beside published figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs
from published import Compared, Figure, Published, Submission, Task
from validation import BOARD, SUPPLY_V, Comparison, Prediction, Predictor, comparisons, judge

from harness.config import load_boards
from harness.paths import shipped_boards_file

BOARDS = load_boards([shipped_boards_file()])
DIGITS = Path(__file__).parents[2] / "suites" / "digits"
TASK = Task("digits", "digits_int8.tflite")


def submission(published_ms: float, compared: Compared | None = None) -> Submission:
    figure = Figure(inferences_per_s=1e3 / published_ms)
    return Submission(
        "a stack", "somebody", "a chip", "results", "0" * 40, "results", {"digits": figure}, None, compared
    )


def comparison(published_ms: float, stated_percent: int | None) -> Comparison:
    board = BOARDS[BOARD]
    assert board.cost_model is not None
    core = structs.replace(board.cost_model.core, error_percent=stated_percent)
    board = structs.replace(board, cost_model=structs.replace(board.cost_model, core=core))
    published = submission(published_ms)
    return Comparison(published, TASK, published.figures["digits"], Prediction(90.0, None), board)


@pytest.mark.parametrize(
    ("published_ms", "stated_percent", "honest"),
    [(100.0, 10, True), (100.0, 9, False), (100.0, None, False), (80.0, 12, False), (80.0, 13, True)],
)
def test_a_core_states_its_largest_error(
    published_ms: float, stated_percent: int | None, honest: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge([comparison(90.0, stated_percent), comparison(published_ms, stated_percent)]) == honest
    error = abs(90 / published_ms - 1) * 100
    assert f"cortex-m4f: largest error {error:.1f} % (digits, a stack)" in capsys.readouterr().out


def test_nothing_compared_is_nothing_missed() -> None:
    assert judge([])


def test_the_error_of_a_core_is_not_that_of_a_core_like_it() -> None:
    m4f, m33, m55 = (BOARDS[name].cost_model for name in (BOARD, "mps2-an505", "mps3-an547"))
    assert m4f and m33 and m55
    assert m4f.error_percent and m33.error_percent and m55.error_percent is None


@pytest.mark.slow
def test_a_small_model_is_predicted(capsys: pytest.CaptureFixture[str]) -> None:
    predictor = Predictor(DIGITS, BOARDS)
    digits = predictor.predict("builtin", BOARD, TASK)
    assert digits is not None and predictor.predict("builtin", BOARD, Task("lost", "lost.tflite")) is None
    assert 3 < digits.latency_ms < 30  # 0.7 million instructions at 120 MHz take 6 ms
    energy = BOARDS[BOARD].energy
    assert energy is not None
    watts = SUPPLY_V * energy.run_ua_per_mhz * 120 / 1e6
    assert digits.energy_uj == pytest.approx(watts * digits.latency_ms * 1e3)
    assert "left out: lost with builtin" in capsys.readouterr().err


@pytest.mark.slow
def test_a_submission_is_compared_at_the_clock_of_its_chip() -> None:
    compared = Compared("builtin", BOARD, 60_000_000)
    published = Published({"digits": TASK}, {"a": submission(20.0, compared), "b": submission(20.0)})
    predictor = Predictor(DIGITS, BOARDS)
    (row,) = comparisons(published, predictor)
    digits = predictor.predict("builtin", BOARD, TASK)
    assert digits is not None
    assert row.prediction.latency_ms == pytest.approx(2 * digits.latency_ms)
