"""Targets that fail under a run: which runs are attempted again, where, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.models import small_cnn
from support.rack import NEVER, Rack, RackBench, silent, unplugged
from support.session_records import INFO

from harness.errors import HarnessError, LinkError, ModelError, TargetError
from harness.link.failures import DeviceError
from harness.link.messages import ErrorAnswer, ErrorCode
from harness.measure import Bench, Job, RunRecord, random_vectors, run_model
from harness.measure.retry import Failure, is_of_the_target
from harness.model import Model, read_model
from harness.report import Records, create_session, read_session

SOON = 1200  # bytes: while vectors stream
AT_ONCE = 0


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model(small_cnn("int8"), "small_cnn")


@pytest.fixture
def job(model: Model) -> Job:
    return Job("s", "int8", model, random_vectors(model, 100), repeats=1)


def recorded(records: Records) -> RunRecord:
    (run,) = records.tables(INFO).run_records
    return run


@pytest.mark.parametrize("fail", [unplugged, silent])
def test_a_place_that_failed_once_is_tried_again(
    job: Job, fail: Callable[[str], HarnessError], caplog: pytest.LogCaptureFixture
) -> None:
    rack, records = Rack({"rack1-1": [SOON], "rack1-2": []}, fail), Records()
    run = run_model(RackBench(rack), job, records).run
    assert rack.log == ["take rack1-1", "recover 1 on rack1-1", "settle True"]
    assert (run.outcome, run.place, run.attempts) == ("passed", "rack1-1", 2)
    assert run.retries == f"rack1-1: {fail('rack1-1').cause}"
    assert run == recorded(records)
    assert [record.getMessage() for record in caplog.records] == [
        f"s int8 on native: attempt 2 on rack1-1, after {run.retries}"
    ]


def test_a_place_that_failed_twice_gives_way_to_another(job: Job) -> None:
    rack, records = Rack({"rack1-1": [SOON, AT_ONCE], "rack1-2": []}), Records()
    run = run_model(RackBench(rack), job, records).run
    assert rack.log[-3:] == ["recover 2 on rack1-1", "take rack1-2", "settle True"]
    assert (run.outcome, run.place, run.attempts) == ("passed", "rack1-2", 3)
    assert run.retries == "rack1-1: rack1-1 was unplugged; rack1-1: rack1-1 was unplugged"
    assert {vector.place for vector in records.tables(INFO).vector_records} == {"rack1-2"}


def test_a_run_that_fails_everywhere_fails(job: Job) -> None:
    rack, records = Rack({"rack1-1": [SOON, SOON], "rack1-2": [SOON]}), Records()
    with pytest.raises(TargetError, match="rack1-2 was unplugged"):
        run_model(RackBench(rack), job, records)
    assert rack.log[-2:] == ["recover 3 on rack1-2", "settle False"]
    assert not rack.held
    run = recorded(records)
    assert (run.outcome, run.message, run.attempts) == ("error", "rack1-2 was unplugged", 3)
    assert 0 < run.vectors == len(records.tables(INFO).vector_records) < 100


def test_the_result_is_that_of_a_run_without_failures(job: Job) -> None:
    undisturbed = run_model(RackBench(Rack({"rack1-1": []})), job, Records())
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    retried = run_model(RackBench(Rack({"rack1-1": [SOON]})), job, Records(), on_vector=count)
    assert retried.answers == undisturbed.answers
    assert steps == 100


def test_an_attempt_drops_what_the_one_before_left_also_for_who_reads_meanwhile(job: Job, tmp_path: Path) -> None:
    """Also of a run that is killed then: its journal is all that there is."""
    writer = create_session(tmp_path, root=tmp_path, command=["pytest"])
    seen: list[tuple[int, int]] = []

    def look() -> None:
        tables = read_session(writer.path)
        assert [vector.vector for vector in tables.vector_records] == list(range(tables.run_records[0].vectors))
        seen.append((tables.run_records[0].attempts, len(tables.vector_records)))

    run_model(RackBench(Rack({"rack1-1": [SOON]})), job, writer, on_vector=look)
    before = max(count for attempts, count in seen if attempts == 1)
    assert 0 < before < 100
    assert seen == [*((1, count) for count in range(1, before + 1)), *((2, count) for count in range(before + 1, 101))]
    writer.finish("passed")
    assert len(read_session(writer.path).vector_records) == 100


def test_what_a_device_answers_is_not_asked_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ErrorAnswer(ErrorCode.ENGINE_FAILED, 3, "the engine failed")

    def refuse(*_: object) -> None:
        raise DeviceError("the engine failed", "", answer)

    monkeypatch.setattr("harness.measure.run.profile_layers", refuse)
    rack = Rack({"rack1-1": []})
    with pytest.raises(DeviceError):
        run_model(RackBench(rack), job, Records())
    assert rack.log == ["take rack1-1", "settle False"]


def test_nobody_who_interrupts_is_kept_waiting(job: Job) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    rack, records = Rack({"rack1-1": []}), Records()
    with pytest.raises(KeyboardInterrupt):
        run_model(RackBench(rack), job, records, on_vector=interrupt)
    assert rack.log == ["take rack1-1", "settle False"]
    assert not rack.held
    assert recorded(records).outcome == "interrupted"


def test_nothing_is_attempted_twice_on_a_target_that_cannot_recover(
    job: Job, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def die(*_: object) -> None:
        raise TargetError("the native firmware was killed")

    monkeypatch.setattr("harness.measure.run.profile_layers", die)
    records = Records()
    with pytest.raises(TargetError, match="was killed"):
        run_model(Bench(RackBench(Rack({})).board), job, records)
    run = recorded(records)
    assert (run.outcome, run.place, run.attempts, run.retries) == ("error", "", 1, "")
    assert not caplog.records


def test_a_model_that_does_not_run_costs_no_place_its_rest(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    rack = Rack({"rack1-1": [NEVER, NEVER]})
    bench = RackBench(rack)
    run_model(bench, job, Records())

    def refuse(*_: object) -> None:
        raise ModelError("is not for this engine")

    with monkeypatch.context() as patch, pytest.raises(ModelError):
        patch.setattr("harness.measure.run.check_model", refuse)
        run_model(bench, job, Records())
    assert rack.held == {"rack1-1"}
    run_model(bench, job, Records())
    assert rack.log.count("take rack1-1") == 1


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (TargetError("x"), True),
        (LinkError("x"), True),
        (DeviceError("x", "", ErrorAnswer(ErrorCode.BAD_MODEL, 0, "x")), False),
        (ModelError("x"), False),
        (HarnessError("x"), False),
    ],
)
def test_only_targets_and_lines_are_worth_another_attempt(error: HarnessError, retried: bool) -> None:
    assert is_of_the_target(error) is retried


def test_causes_are_recorded_on_one_short_line() -> None:
    said = str(Failure("rack1-1", "QEMU was killed by SIGKILL:\n  " + "word " * 100))
    assert said.startswith("rack1-1: QEMU was killed by SIGKILL: word word")
    assert said.endswith("…")
    assert len(said) < 200
    assert "\n" not in said
