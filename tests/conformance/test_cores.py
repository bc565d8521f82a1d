"""Every engine on every emulated core, over the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from conformance.catalogue import NAMES, QUICK_NAMES, catalogue_model
from conformance.comparison import check_outputs
from conformance.references import Interpreter, reference_outputs
from conformance.tally import Tally
from conformance.vectors import mixed_vectors

from harness.config import choose_engines, load_boards
from harness.errors import SetupError
from harness.link.failures import RefusedModelError
from harness.link.messages import ErrorCode
from harness.measure.bench import Bench
from harness.model import Model
from harness.model.support import op_trouble
from harness.paths import shipped_boards_file
from harness.setup.tflm import tflm_library

BOARDS = load_boards([shipped_boards_file()])
EMULATED = [name for name, board in BOARDS.items() if "emulated" in board.targets]
# TensorFlow Lite Micro with all its ops does not fit the flash of the smallest board.
ROOMY = [name for name in EMULATED if name != "microbit"]

# What the pinned library, TensorFlow Lite Micro of January 2023, computes otherwise than today's: docs/engines.md.
PINNED_LIBRARY = ("Chirale_TensorFLowLite", "2.0.0")
PINNED_LIBRARY_DIFFERS = {
    *(f"mean-{number}-{variant}" for number in (0, 1) for variant in ("int8", "int16x8")),
    *(f"resize_nearest_neighbor-{number}-{variant}" for number in (0, 1) for variant in ("float32", "int8", "int16x8")),
    *(f"svdf-built-{number}-int8" for number in range(4)),
}


def run_models(bench: Bench, interpreter: Interpreter, names: Sequence[str], tally: Tally) -> None:
    """Compare each model that the engine has the ops for; all that differ fail together."""
    failures = {}
    for name in names:
        model = catalogue_model(name)
        if any(op_trouble(model, op, bench.engine) for op in model.ops):
            continue
        try:
            _compare(bench, interpreter, model, tally)
        except AssertionError as error:
            failures[name] = str(error)
    assert tally.models, f"no model fits {bench.board.name} with {bench.engine}"
    assert not failures, "\n".join(f"{name}: {text}" for name, text in failures.items())


def _compare(bench: Bench, interpreter: Interpreter, model: Model, tally: Tally) -> None:
    vectors = mixed_vectors(model)
    with bench.start(model) as device:
        try:
            device.load(model.data)
        except RefusedModelError as refusal:
            _count(refusal, bench.engine, tally)
            return
        actual = list(device.infer_many(vectors))
    check_outputs(tally, model, actual, reference_outputs(interpreter, model, vectors))


def _count(refusal: RefusedModelError, engine: str, tally: Tally) -> None:
    if refusal.answer.code == ErrorCode.ARENA_TOO_SMALL:
        tally.too_large += 1
    elif refusal.answer.code == ErrorCode.UNSUPPORTED and engine != "builtin":
        tally.refused += 1  # what TensorFlow Lite Micro has depends on the version of the user's library
    else:
        raise refusal


@pytest.mark.parametrize("board", EMULATED)
def test_an_int8_model_of_each_op(interpreter: Interpreter, tallies: dict[str, Tally], board: str) -> None:
    run_models(Bench(BOARDS[board]), interpreter, QUICK_NAMES, tallies[f"builtin on {board}"])


@pytest.mark.slow
@pytest.mark.parametrize("board", EMULATED)
def test_the_whole_catalogue(interpreter: Interpreter, tallies: dict[str, Tally], board: str) -> None:
    run_models(Bench(BOARDS[board]), interpreter, NAMES, tallies[f"builtin on {board}, whole"])


@pytest.mark.slow
@pytest.mark.parametrize("board", ROOMY)
@pytest.mark.parametrize("engine", ["tflm", "tflm-ref"])
def test_the_whole_catalogue_on_tensorflow_lite_micro(
    interpreter: Interpreter, tallies: dict[str, Tally], board: str, engine: str
) -> None:
    try:
        choose_engines(engine, "builtin")
    except SetupError as error:
        pytest.skip(str(error))
    library = tflm_library()
    excused = PINNED_LIBRARY_DIFFERS if (library.name, library.version) == PINNED_LIBRARY else set()
    names = [name for name in NAMES if name not in excused]
    run_models(Bench(BOARDS[board], engine), interpreter, names, tallies[f"{engine} on {board}"])
