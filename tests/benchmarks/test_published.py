"""benchmarks/published.toml: every figure has a source."""

from __future__ import annotations

import pytest
from published import PUBLISHED, Submission, read_published

from harness.config import load_boards
from harness.config.engines import KERNEL_SETS
from harness.paths import shipped_boards_file

PUBLISHED_FIGURES = read_published()
COMPARED = [submission for submission in PUBLISHED_FIGURES.submissions.values() if submission.compared]


@pytest.mark.parametrize("submission", PUBLISHED_FIGURES.submissions.values(), ids=lambda submission: submission.folder)
def test_every_figure_has_a_source(submission: Submission) -> None:
    assert submission.repository.startswith("tiny_results_v")
    assert len(submission.commit) == 40 and set(submission.commit) <= set("0123456789abcdef")
    assert "/results/" in submission.folder
    assert set(submission.figures) <= set(PUBLISHED_FIGURES.tasks)


def test_energies_have_the_voltage_at_which_they_were_measured() -> None:
    for submission in PUBLISHED_FIGURES.submissions.values():
        measured = any(figure.energy_uj is not None for figure in submission.figures.values())
        assert measured == (submission.supply_v is not None), submission.stack


def test_a_latency_is_the_inverse_of_the_throughput() -> None:
    assert PUBLISHED_FIGURES.submissions["microtvm-cmsis-nn"].figures["kws"].latency_ms == pytest.approx(
        99.81, abs=0.01
    )


@pytest.mark.parametrize("submission", COMPARED, ids=lambda submission: submission.folder)
def test_a_submission_is_compared_at_its_own_clock(submission: Submission) -> None:
    compared = submission.compared
    assert compared is not None
    board = load_boards([shipped_boards_file()])[compared.board]
    assert board.cost_model is not None
    assert compared.engine in KERNEL_SETS or compared.engine == "builtin"
    clock_hz = compared.clock_hz or board.clock_hz
    assert clock_hz is not None
    assert submission.chip.endswith(f" {clock_hz / 1e6:g} MHz")


def test_the_document_has_every_figure() -> None:
    document = (PUBLISHED.parents[1] / "docs" / "validation.md").read_text(encoding="utf-8")
    for submission in PUBLISHED_FIGURES.submissions.values():
        for key, figure in submission.figures.items():
            task = PUBLISHED_FIGURES.tasks[key].name
            row = f"| {submission.stack}; {submission.chip} | {task} | {figure.latency_ms:.2f} |"
            assert row in document or f"{figure.latency_ms:.2f} ms" in document, row
