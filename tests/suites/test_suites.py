"""What holds for every suite: its models are what they are called, fit the board, meet its bars, and run natively."""

from __future__ import annotations

from functools import cache

import pytest
from support.suites import SUITES, SUITES_DIR

from harness.config import load_boards
from harness.measure import Bench, Job, run_model
from harness.measure.metrics import METRICS
from harness.measure.vectors import load_suite_vectors
from harness.model import check_model, decode_inputs, decode_outputs, encode_inputs, read_model_file
from harness.model.oracle import Oracle
from harness.paths import shipped_boards_file
from harness.report import Records

MODELS = [(suite, variant) for suite in SUITES for variant in SUITES[suite].models]
MOST_BYTES = 1_500_000
NATIVE_VECTORS = 4
BOARDS = load_boards([shipped_boards_file()])


@pytest.fixture(scope="module")
def native() -> Bench:
    return Bench(BOARDS["native"])


each_model = pytest.mark.parametrize(("suite", "variant"), MODELS)


@each_model
def test_models_are_what_the_suite_calls_them(suite: str, variant: str) -> None:
    model = read_model_file(SUITES[suite].models[variant].path)
    assert model.variant == variant
    check_model(model, BOARDS["stm32l475"], "builtin")


@cache
def official_figure(suite: str, variant: str) -> float:
    """What the official interpreter reaches on all vectors."""
    vectors = load_suite_vectors(SUITES[suite].vectors)
    model = read_model_file(SUITES[suite].models[variant].path)
    metric = METRICS[SUITES[suite].metric]()
    assert vectors.labels is not None
    with Oracle(model.data) as oracle:
        for vector, label in zip(encode_inputs(vectors.inputs, model), vectors.labels, strict=True):
            given, answered = decode_inputs(vector, model)[0], decode_outputs(oracle.infer(vector), model)[0]
            metric.add(int(label), given, answered)
    assert metric.value is not None
    return metric.value


@each_model
def test_official_interpreter_meets_the_bars(suite: str, variant: str) -> None:
    entry = SUITES[suite].models[variant]
    assert official_figure(suite, variant) >= entry.minimum > 0.5
    if entry.reference is not None and entry.max_drop is not None:
        assert official_figure(suite, entry.reference) - official_figure(suite, variant) <= entry.max_drop


@each_model
def test_native_firmware_answers_as_the_official_interpreter(native: Bench, suite: str, variant: str) -> None:
    model = read_model_file(SUITES[suite].models[variant].path)
    vectors = load_suite_vectors(SUITES[suite].vectors).first(NATIVE_VECTORS)
    job = Job(suite, variant, model, vectors, SUITES[suite].metric, repeats=1, check=True)
    run = run_model(native, job, Records()).run
    assert (run.outcome, run.oracle_equal) == ("passed", NATIVE_VECTORS), run.message


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_stays_small(suite: str) -> None:
    files = [path for path in (SUITES_DIR / suite).iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.parametrize("suite", SUITES)
def test_the_readme_names_every_file_of_the_suite(suite: str) -> None:
    told = (SUITES_DIR / suite / "README.md").read_text()
    for path in (SUITES[suite].vectors, *(entry.path for entry in SUITES[suite].models.values())):
        assert path.name in told
