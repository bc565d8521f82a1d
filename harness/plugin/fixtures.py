"""Fixtures for people who write their own tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from harness.config import Board, Engine, MetricName
from harness.errors import NoFitError
from harness.plugin.properties import note, note_bench
from harness.plugin.run_session import run_session

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from harness.build import Firmware
    from harness.link.client import Device
    from harness.measure import Bench, Result
    from harness.target import Target


ENGINE_FIXTURE = "harness_engine"  # what a project of its own calls `engine` is not ours


@pytest.fixture(scope="session")
def board(request: pytest.FixtureRequest) -> Board:
    """The board under test: one of those that `--board` names. A test that uses it runs once for each."""
    chosen: Board = request.param
    return chosen


@pytest.fixture(scope="session")
def harness_engine(request: pytest.FixtureRequest, board: Board) -> Engine:
    """The engine inside the firmware: one of those that `--engine` names. A test on it runs once for each."""
    chosen: Engine = getattr(request, "param", None) or run_session(request.config).selection.engines_of(board)[0]
    return chosen


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest, board: Board, harness_engine: Engine) -> Bench:
    """The board with its firmware and engine, ready to run models.

    `with bench.load(model) as (device, loaded):` gives a started device with the model in its slot.
    """
    return run_session(request.config).bench(board, harness_engine)


@pytest.fixture(scope="session")
def firmware(bench: Bench) -> Firmware:
    """The built firmware: its ELF, build id and footprint."""
    return bench.firmware


@pytest.fixture
def target(bench: Bench) -> Iterator[Target]:
    """A new instance of the board, not started; it is stopped after the test."""
    with bench.new_target() as new:
        yield new


@pytest.fixture
def device(bench: Bench) -> Iterator[Device]:
    """A started device without a model: it answers HELLO, STATUS and SELF_CHECK."""
    with bench.start() as started:
        yield started


class RunModel(Protocol):
    """What the fixture `run_model` gives."""

    def __call__(
        self,
        model: Path,
        inputs: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        *,
        variant: str = "",
        metric: MetricName = "accuracy",
    ) -> Result: ...


@pytest.fixture
def run_model(request: pytest.FixtureRequest, bench: Bench) -> RunModel:
    """`run_model(path, inputs, labels) -> Result`: run a `.tflite` on the board and record it in the session.

    `inputs` has shape (N, …), real values or the input tensor's own type; seeded random ones where none are given.
    `labels` has shape (N,); `metric` says how outputs are held against them. `result.run` holds the metric's value,
    cost and memory, `result.layers` the ops' costs, `result.outputs` the outputs. The options `--vectors`, `--repeat`
    and `--check` apply. The test fails where an output is not the oracle's, or not the other engine's where `--engine`
    names several. A model that does not fit the board raises `harness.errors.NoFitError` and is recorded as such.
    """
    from harness.measure import Job, array_vectors, random_vectors
    from harness.model import check_model, read_model_file

    runs = run_session(request.config)

    def run(
        model: Path, inputs: Any = None, labels: Any = None, *, variant: str = "", metric: MetricName = "accuracy"
    ) -> Result:
        parsed = read_model_file(model)
        with contextlib.suppress(NoFitError):  # its run says so, and is recorded
            check_model(parsed, bench.board, bench.engine)
        vectors = random_vectors(parsed, 1) if inputs is None else array_vectors(inputs, labels, request.node.name)
        job = Job(
            suite=runs.call_title(request.node.nodeid, bench),
            variant=variant or parsed.variant,
            model=parsed,
            vectors=vectors.first(runs.selection.vectors),
            metric=metric,
            repeats=runs.selection.repeats,
            check=runs.selection.check,
        )
        note_bench(request.node, bench)
        result = runs.run(request.node, bench, job)
        note(request.node, "engine_version", result.run.engine_version)
        if result.run.outcome == "failed":
            pytest.fail(f"{job.suite}: {result.run.message}", pytrace=False)
        return result

    return run
