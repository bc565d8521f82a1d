"""Vectors spread over several targets, some of which fail: the results are those of one target."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.models import small_cnn
from support.rack import NEVER, Rack, RackBench, silent
from support.session_records import INFO

from harness.errors import TargetError
from harness.link.failures import DeviceError
from harness.link.messages import ErrorAnswer, ErrorCode
from harness.measure import Bench, Job, Result, random_vectors, run_model
from harness.model import read_model
from harness.report import Records, SessionTables

VECTORS = 200
MODEL = read_model(small_cnn("int8"), "small_cnn")
JOB = Job("s", "int8", MODEL, random_vectors(MODEL, VECTORS), repeats=1)
SOON = 1500  # bytes: while vectors stream


def run_on(bench: Bench, job: Job = JOB) -> tuple[Result, SessionTables]:
    records = Records()
    result = run_model(bench, job, records)
    return result, records.tables(INFO)


@pytest.fixture(scope="module")
def alone() -> tuple[Result, SessionTables]:
    return run_on(RackBench(Rack({"p0": []})))


@settings(max_examples=15)
@given(
    shards=st.integers(1, 4),
    plans=st.lists(st.lists(st.integers(0, 4500) | st.just(NEVER), max_size=1), min_size=1, max_size=4),
)
def test_results_do_not_depend_on_who_answers_and_who_fails(
    alone: tuple[Result, SessionTables], shards: int, plans: list[list[int]]
) -> None:
    """The place that the run begins with always recovers; of the others any may fail."""
    rack = Rack({f"p{index}": plan for index, plan in enumerate(plans)})
    result, tables = run_on(RackBench(rack, shards=shards))
    assert result.answers == alone[0].answers
    assert [output[0].tolist() for output in result.outputs] == [output[0].tolist() for output in alone[0].outputs]
    assert [replace(vector, place="p0") for vector in tables.vector_records] == list(alone[1].vector_records)
    assert {vector.place for vector in tables.vector_records} <= {*result.run.place.split(", ")} <= rack.plans.keys()
    assert result.run.vectors == VECTORS
    assert rack.held <= {"p0"}


def test_the_places_that_answered_are_named_the_timed_one_first() -> None:
    rack = Rack({"p0": [], "p1": [], "p2": []}, slow={"p0": "p1"})
    bench = RackBench(rack, shards=2)
    result, tables = run_on(bench)
    assert result.run.place == "p0, p1"
    assert {vector.place for vector in tables.vector_records} == {"p0", "p1"}
    assert result.run.attempts == 1
    assert "take p2" not in rack.log
    assert rack.held == {"p0"}  # others may want the rest
    del bench
    assert not rack.held


def test_a_place_that_fails_leaves_its_vectors_to_the_others() -> None:
    result, _ = run_on(RackBench(Rack({"p0": [], "p1": [SOON]}, slow={"p0": "p1"}), shards=2))
    assert (result.run.outcome, result.run.attempts) == ("passed", 2)
    assert result.run.retries == "p1: p1 was unplugged"


def test_the_run_goes_on_without_the_place_that_it_began_with() -> None:
    rack = Rack({"p0": [SOON], "p1": []}, silent)
    result, tables = run_on(RackBench(rack, shards=2))
    assert (result.run.outcome, result.run.attempts, result.run.retries) == ("passed", 2, "p0: no answer from p0")
    assert result.run.place.split(", ")[0] == "p1"
    assert len(tables.layer_records) == 5
    assert rack.log[-1] == "settle True"
    assert not rack.held


def test_a_run_all_of_whose_places_fail_is_attempted_again() -> None:
    rack = Rack({"p0": [SOON], "p1": [SOON]})
    result, _ = run_on(RackBench(rack, shards=2))
    assert "recover 1 on p0" in rack.log
    assert (result.run.outcome, result.run.attempts) == ("passed", 3)
    assert sorted(result.run.retries.split("; ")) == ["p0: p0 was unplugged", "p1: p1 was unplugged"]


def test_a_run_that_no_place_can_end_fails_with_what_the_first_said() -> None:
    rack, records = Rack({"p0": [SOON, SOON, SOON], "p1": [SOON, SOON, SOON]}), Records()
    with pytest.raises(TargetError, match="was unplugged"):
        run_model(RackBench(rack, shards=2), JOB, records)
    (run,) = records.tables(INFO).run_records
    assert run.outcome == "error"
    assert not rack.held


def test_fewer_places_than_asked_for_are_used_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    result, _ = run_on(RackBench(Rack({"p0": [], "p1": []}), shards=4))
    assert (result.run.outcome, result.run.attempts) == ("passed", 1)
    assert caplog.messages == ["native: vectors over 2 of 4 targets: no place is free"]


def test_further_targets_never_wait_for_a_place() -> None:
    """Two runs that hold one each and wait for the other's would do so for ever."""
    seen: list[bool] = []

    class Watched(RackBench):
        def load_on(self, target, model):  # type: ignore[no-untyped-def]
            seen.append(target.may_wait)
            return super().load_on(target, model)

    run_on(Watched(Rack({"p0": [], "p1": []}), shards=2))
    assert sorted(seen) == [False, True]


def test_what_a_device_answers_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ErrorAnswer(ErrorCode.ENGINE_FAILED, 3, "the engine failed")
    failing = threading.Lock()

    def fail(work, device, inputs):  # type: ignore[no-untyped-def]
        if failing.acquire(blocking=False):
            work.take()
            raise DeviceError("the engine failed", "", answer)
        yield from ()

    monkeypatch.setattr("harness.measure.shards.answer_share", fail)
    rack = Rack({"p0": [], "p1": []})
    with pytest.raises(DeviceError):
        run_on(RackBench(rack, shards=2))
    assert not rack.held
    assert rack.log[-1] == "settle False"


def test_ctrl_c_ends_every_thread() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    rack, records, before = Rack({"p0": [], "p1": []}), Records(), threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        run_model(RackBench(rack, shards=2), JOB, records, on_vector=interrupt)
    assert threading.active_count() == before
    assert not rack.held
    (run,) = records.tables(INFO).run_records
    assert (run.outcome, run.vectors) == ("interrupted", 1)


def test_a_defect_in_a_thread_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("harness.measure.shards.answer_share", break_down)
    with pytest.raises(KeyError, match="a bug"):
        run_on(RackBench(Rack({"p0": [], "p1": []}), shards=2))


def test_one_vector_needs_one_target() -> None:
    rack = Rack({"p0": [], "p1": []})
    run_on(RackBench(rack, shards=2), replace_vectors(1))
    assert "take p1" not in rack.log


def replace_vectors(count: int) -> Job:
    return Job("s", "int8", MODEL, JOB.vectors.first(count), repeats=1)
