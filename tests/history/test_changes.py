"""Which runs and figures are compared, and which are not of the same thing."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace
from support.session_records import int8_run, metered_run, modelled_run, run_record, window_record
from support.sides import CLEAN, DIRTY, changes_of, compared, no_recent, quantity, side, timed_side

from harness.errors import ReportError
from harness.history.changes import find_changes
from harness.history.rules import FEWEST_COMMITS, Verdict
from harness.history.settings import Settings
from harness.measure.records import Provenance


def changed(verdicts: dict[str, str]) -> dict[str, str]:
    return {name: verdict for name, verdict in verdicts.items() if verdict != "unchanged"}


def test_equal_runs_have_not_changed() -> None:
    assert set(compared(modelled_run(run_record()), modelled_run(run_record())).values()) == {"unchanged"}


def test_each_figure_is_judged_by_its_own_direction() -> None:
    base = modelled_run(run_record())
    head = replace(base, accuracy=quantity(0.97), instructions=quantity(7_000_000), stack_bytes=quantity(2_000))
    assert changed(compared(base, head)) == {"accuracy": "worse", "instructions": "better", "stack_bytes": "worse"}
    assert changed(compared(base, head, Settings(tolerance={"accuracy": 0.02, "stack_bytes": 0.1}))) == {
        "instructions": "better"
    }


def test_a_run_that_fails_now_is_worse() -> None:
    for outcome in ("failed", "error", "no fit", "interrupted", "running"):
        (run,) = changes_of(side(run_record()), side(run_record(outcome=outcome))).runs
        (change,) = run.of(Verdict.WORSE)
        assert (change.metric.name, change.base_text, change.head_text) == ("outcome", "passed", outcome)


@pytest.mark.parametrize(
    ("change", "reason", "still_judged"),
    [
        ({"toolchain": "gcc 13"}, "another toolchain: gcc 13, before arm-none-eabi-g++ 12.2.1", {"accuracy"}),
        ({"vectors_total": 20, "vectors": 20}, "another number of vectors: 20, before 397", {"instructions"}),
        ({"vectors_source": "x.npz"}, "another source of vectors: x.npz, before none", {"instructions"}),
    ],
)
def test_figures_of_other_things_are_not_judged(change: dict[str, object], reason: str, still_judged: set[str]) -> None:
    worse = run_record(accuracy=quantity(0.5), instructions=quantity(9_000_000), **change)
    (run,) = changes_of(side(run_record()), side(worse)).runs
    assert {each.metric.name for each in run.of(Verdict.WORSE)} == still_judged
    assert {each.reason for each in run.of(Verdict.NOT_COMPARED)} == {reason}
    assert {each.change_text for each in run.of(Verdict.NOT_COMPARED)} == {""}
    assert reason in run.conditions


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (
            {"model_sha256": "ab" * 32},
            "another model: digits_float32.tflite abababab, before digits_float32.tflite 00000000",
        ),
        ({"engine_version": "0.2.0"}, "another engine version: 0.2.0, before 0.1.0"),
    ],
)
def test_another_model_or_engine_version_is_told_and_judged(change: dict[str, object], condition: str) -> None:
    (run,) = changes_of(side(run_record()), side(run_record(accuracy=quantity(0.9), **change))).runs
    assert [each.metric.name for each in run.of(Verdict.WORSE)] == ["accuracy"]
    assert run.conditions == [condition]


@pytest.mark.parametrize("field", ["suite", "variant", "board", "target", "engine"])
def test_runs_of_another_kind_are_not_compared(field: str) -> None:
    common = int8_run()
    changes = changes_of(side(run_record(), common), side(run_record(**{field: "other"}), common))
    assert [run.id.variant for run in changes.runs] == ["int8"]
    assert [str(id_) for id_ in changes.base_alone] == ["digits float32 on stm32l475 (emulated) with builtin"]
    assert [getattr(id_, field) for id_ in changes.head_alone] == ["other"]
    other = changes.head_alone[0]
    told = f"not compared: {other}, before with the {field} {getattr(changes.base_alone[0], field)}"
    assert changes.notes == ((told,) if field in ("board", "target", "engine") else ())


def test_sides_without_a_run_in_common_are_an_error() -> None:
    with pytest.raises(
        ReportError, match=r"no run in common: main has digits float32 on stm32l475 \(emulated\) with builtin"
    ):
        changes_of(side(run_record()), side(run_record(engine="tflm")))


def test_numbers_of_another_provenance_are_never_compared() -> None:
    slow, fast = [200.0] * 10, [100.0] * 10
    base = timed_side(slow)
    (run,) = changes_of(base, timed_side(fast, provenance=Provenance.REHEARSED)).runs
    reasons = {each.metric.name: each.reason for each in run.of(Verdict.NOT_COMPARED)}
    assert reasons["latency_us"] == "rehearsed, before measured"


def test_another_cost_model_meter_or_voltage_is_not_compared() -> None:
    base = modelled_run(run_record())
    other = replace(base, cycles_model="other", cycles=quantity(1, Provenance.MODELLED))
    assert changed(compared(base, other)) == dict.fromkeys(("cycles", "latency_us", "energy_uj"), "not compared")
    metered = metered_run(run_record(), 100.0, 10.0)
    for change in ({"meter": "Otii"}, {"supply_v": 1.8}, {"energy_model": "another"}):
        assert compared(metered, replace(metered, **change))["energy_uj"] == "not compared"


def test_time_and_stack_of_a_host_are_left_out() -> None:
    run = run_record(stack_bytes=quantity(100, Provenance.HOST), latency_us=quantity(100.0, Provenance.HOST))
    assert compared(run, run).keys().isdisjoint({"stack_bytes", "latency_us"})


def test_the_stack_of_an_attached_board_varies() -> None:
    run = metered_run(run_record(stack_bytes=quantity(1_900, Provenance.MEASURED)), 100.0, 10.0)
    deeper = replace(run, stack_bytes=quantity(2_000, Provenance.MEASURED))
    assert compared(run, deeper)["stack_bytes"] == "not compared"
    assert compared(run, run)["stack_bytes"] == "unchanged"


def test_noisy_figures_are_judged_by_their_windows() -> None:
    base = [100 + number / 10 for number in range(10)]
    for factor, verdict in ((1.05, Verdict.WORSE), (0.95, Verdict.BETTER), (1.01, Verdict.UNCHANGED)):
        (run,) = changes_of(timed_side(base), timed_side([value * factor for value in base])).runs
        (latency,) = (change for change in run.changes if change.metric.name == "latency_us")
        assert latency.verdict == verdict


def test_incomplete_windows_of_a_meter_do_not_count() -> None:
    run = metered_run(run_record(), 100.0, 10.0)
    energies = [
        window_record(run, number, kind="energy", energy_uj=run.energy_uj, incomplete="no marker" if number else "")
        for number in range(10)
    ]
    more = replace(run, energy_uj=quantity(20.0, Provenance.MEASURED))
    (found,) = changes_of(side(run, *energies), side(more, *energies)).runs
    (energy,) = (change for change in found.changes if change.metric.name == "energy_uj")
    assert (energy.verdict, energy.reason) == (Verdict.NOT_COMPARED, "1 repeat, 7 are needed")


def test_the_history_is_asked_only_for_noisy_figures_that_changed() -> None:
    base = [100 + number / 10 for number in range(10)]
    swinging = [100.0, 110.0] * FEWEST_COMMITS
    asked = []

    def recent(run: object, metric: object) -> list[float]:
        asked.append(metric)
        return swinging

    sides = timed_side(base), timed_side([value * 1.05 for value in base])
    (run,) = find_changes(*sides, Settings(), recent).runs
    (latency,) = (change for change in run.changes if change.metric.name == "latency_us")
    assert (latency.verdict, len(asked)) == (Verdict.UNCHANGED, 1)
    assert find_changes(*sides, Settings(), no_recent).of(Verdict.WORSE)


def test_a_figure_of_one_side_alone_is_told() -> None:
    bare, modelled = run_record(), modelled_run(run_record())
    assert changed(compared(bare, modelled)) == dict.fromkeys(("cycles", "latency_us", "energy_uj"), "new")
    assert changed(compared(modelled, bare)) == dict.fromkeys(("cycles", "latency_us", "energy_uj"), "lost")


def test_a_figure_that_is_none_any_more_is_worse() -> None:
    assert changed(compared(run_record(), run_record(accuracy=quantity(math.nan)))) == {"accuracy": "worse"}


def test_dirty_sides_are_marked() -> None:
    assert side(run_record(), spec="topic").described == "topic (0123456)"
    assert side(run_record(), spec="topic", info=DIRTY).described == "topic (0123456, dirty)"
    assert side(run_record(), spec="topic", info=replace(CLEAN, checkout=None)).described == "topic"


def test_a_session_that_did_not_end_is_told() -> None:
    changes = changes_of(side(run_record()), side(run_record(), info=replace(CLEAN, ended=None)))
    assert changes.notes == ("20260102T030405Z-0123456 did not end: what it had so far is compared",)


def test_attempts_are_told_and_make_no_figure_another() -> None:
    """Nor do the places of a farm: equal boards give equal figures."""
    base = modelled_run(run_record(place="rack1-1"))
    head = replace(base, place="rack1-2", attempts=2, retries="rack1-1: no answer")
    changes = changes_of(side(base), side(head))
    assert set(compared(base, head).values()) == {"unchanged"}
    assert not changes.runs[0].conditions
    (note,) = changes.notes
    assert note.endswith(": 1 of 1 run needed a second attempt (rack1-1: no answer)")
