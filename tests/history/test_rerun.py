"""One re-run before an alarm: what stands, what does not, and what cannot be run again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.git import git
from support.session_records import run_record
from support.sides import changes_of, no_recent, quantity, side, timed_side
from support.told_runs import commit_run, make_project, record_session, timed_run

from harness.history.changes import Changes
from harness.history.rerun import RERUNS, NoRerunError, carried, confirm, rerun
from harness.history.rules import Verdict
from harness.history.settings import Settings
from harness.history.sides import Run, session_runs
from harness.measure.records import Provenance, Quantity
from harness.report import read_session

FAST, SLOW, AGAIN = ([1000.0 * factor + window for window in range(10)] for factor in (10, 12, 10.05))


def alarm() -> Changes:
    return changes_of(timed_side(FAST), timed_side(SLOW, spec="HEAD"))


def run_of(latencies_us: Sequence[float]) -> Run:
    (run,) = timed_side(latencies_us).runs.values()
    return run


def confirmed(changes: Changes, run: Run) -> Changes:
    return confirm(changes, lambda head: run, Settings(), no_recent)


def never(run: Run) -> Run:
    pytest.fail(f"{run.id} ran again")


def test_an_alarm_that_stands_stays_one() -> None:
    changes = confirmed(alarm(), run_of(SLOW))
    ((run, change),) = changes.of(Verdict.WORSE)
    told = "Mann-Whitney p = 1e-05; alarm stood after a re-run: 12.00 ms in 20260102T030405Z-0123456, "
    assert change.reason.startswith(told)
    assert changes.notes[-1] == f"{run.id}: latency_us: {change.reason}"


def test_an_alarm_that_does_not_stand_is_none_and_is_told() -> None:
    changes = confirmed(alarm(), run_of(AGAIN))
    assert changes.of(Verdict.WORSE) == []
    told = "alarm did not stand after a re-run: 10.05 ms in 20260102T030405Z-0123456, less than the floor of 2.00%"
    assert changes.notes[-1].endswith(f"latency_us: {told}")
    (run,) = changes.runs
    assert run.head.id == run.id


def test_a_rerun_that_says_less_clears_nothing() -> None:
    too_few = confirmed(alarm(), run_of(AGAIN[:3]))
    assert "3 repeats, 7 are needed" in too_few.notes[-1]
    nothing = run_of(FAST)
    unknown = confirmed(alarm(), Run(nothing.info, replace(nothing.record, latency_us=None)))
    assert unknown.notes[-1].endswith("a re-run, does not know it")
    for changes in (too_few, unknown):
        assert len(changes.of(Verdict.WORSE)) == 1


def test_a_run_that_cannot_be_made_again_keeps_its_alarm() -> None:
    def refuse(run: Run) -> Run:
        raise NoRerunError("the board is gone")

    changes = confirm(alarm(), refuse, Settings(), no_recent)
    ((_, change),) = changes.of(Verdict.WORSE)
    assert change.reason.endswith("; not run again: the board is gone")


def test_only_noisy_figures_that_are_worse_run_again() -> None:
    exact = changes_of(side(run_record()), side(run_record(instructions=quantity(8_000_000))))
    better = changes_of(timed_side(SLOW), timed_side(FAST))
    for changes in (exact, better):
        assert confirm(changes, never, Settings(), no_recent) == changes


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (["pytest", "--board=stm32l475", "--repeat=9", "-k", "int8"], ["--repeat=9"]),
        (["pytest", "--attached", "desk-1", "--suite=digits"], ["--attached=desk-1"]),
        (["pytest", "--boards-file=a", "--boards-file", "b"], ["--boards-file=a", "--boards-file=b"]),
        (["pytest", "--vectors=8", "--inference-timeout=60"], ["--vectors=8", "--inference-timeout=60"]),
        (["pytest", "--repeat"], ["--repeat="]),
        (["pytest", "--farm=lab:20408", "--farm-tag", "rack=1"], ["--farm=lab:20408", "--farm-tag=rack=1"]),
    ],
)
def test_what_makes_a_run_what_it_is_goes_along(command: list[str], options: list[str]) -> None:
    assert carried(command) == options


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def recorded(project: Path) -> Run:
    """The run of a session of what is checked out."""
    run, windows = timed_run(12_000)
    session = record_session(project, run, "--repeat=10", windows=windows)
    (made,) = session_runs(read_session(session))
    return made


def test_the_rerun_is_the_runs_alone_and_its_session_is_kept_apart(project: Path) -> None:
    commit_run(project, *timed_run(10_000))
    made = rerun(recorded(project), reports_dir=project / "reports", project=project)
    assert made.record.latency_us == Quantity(10_000, Provenance.MEASURED)
    assert len(made.windows) == 10
    (session,) = (project / "reports" / RERUNS).iterdir()
    assert session.name == made.info.id
    assert made.info.command[-6:] == (
        "--suite=digits",
        "-kfloat32[stm32l475]",
        "--board=stm32l475",
        "--target=attached",
        "--engine=builtin",
        "--repeat=10",
    )
    assert made.info.checkout == read_session(next((project / "reports").glob("2*"))).info.checkout


def test_what_is_not_checked_out_is_not_run_again(project: Path) -> None:
    commit_run(project, *timed_run(10_000))
    run = recorded(project)
    (project / ".gitignore").write_text("/reports/\n/more/\n")
    with pytest.raises(NoRerunError, match="files differ from commit"):
        rerun(run, reports_dir=project / "reports", project=project)
    git(project, "commit", "--quiet", "--all", "--message=more")
    with pytest.raises(NoRerunError, match=r"checked out is [0-9a-f]{7}, not [0-9a-f]{7}"):
        rerun(run, reports_dir=project / "reports", project=project)
    (project / ".git").rename(project / "no-git")
    with pytest.raises(NoRerunError, match="no git checkout"):
        rerun(run, reports_dir=project / "reports", project=project)


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("sys.exit('ERROR: no stm32l475 is attached')", "no stm32l475 is attached"),
        ("sys.exit(5)", "no variant float32 of a suite digits"),
        ("sys.exit(3)", "pytest ended with 3"),
    ],
)
def test_without_its_board_a_run_says_why(project: Path, behaviour: str, said: str) -> None:
    commit_run(project, *timed_run(10_000), behaviour=behaviour)
    with pytest.raises(NoRerunError, match=said):
        rerun(recorded(project), reports_dir=project / "reports", project=project)
