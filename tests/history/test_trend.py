"""The steps of figures over commits, out of a folder of sessions."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from support.commits import CommittedProject
from support.files import damage_inside
from support.session_records import int8_run, metered_run, run_record
from support.sides import quantity

from harness.history.index import read_index
from harness.history.listing import SessionFilter
from harness.history.trend import Trend, find_trend
from harness.history.trend_json import trend_json
from harness.history.trend_markdown import trend_markdown
from harness.history.trend_text import answer, sparkline, trend_lines
from harness.measure.records import Provenance, RunRecord


@pytest.fixture
def project(tmp_path: Path) -> CommittedProject:
    return CommittedProject(tmp_path, 30)


def trend(project: CommittedProject, *metrics: str, most_commits: int | None = None, **wanted: object) -> Trend:
    sessions = SessionFilter(**{"dirty": False, **wanted})  # type: ignore[arg-type]
    return find_trend(read_index(project.reports), project.root, sessions, metrics, most_commits)


def counting(*instructions: float) -> list[RunRecord]:
    return [run_record(instructions=quantity(number)) for number in instructions]


def told(found: Trend) -> list[tuple[str, str, float, float]]:
    """Label, verdict and values of all steps, the newest first."""
    return [
        (found.label(step.series), str(step.verdict), step.before, step.after) for step in found.newest(found.steps)
    ]


def test_each_exact_step_names_the_commits_it_came_with(project: CommittedProject) -> None:
    for number, run in zip((0, 1, 5, 6), counting(100, 100, 120, 90), strict=True):
        project.session(f"s{number}", project.commits[number], [run], hour=number)
    found = trend(project)
    assert told(found) == [("instructions", "better", 120, 90), ("instructions", "worse", 100, 120)]
    worse = found.newest(2)[1]
    assert (worse.good, worse.bad) == (project.commits[1], project.commits[5])
    assert list(worse.untested) == project.commits[2:5]
    assert worse.sessions == ("s1", "s5")
    assert answer(found).startswith(
        f"2 steps in 4 commits, {project.commits[0][:7]} to {project.commits[6][:7]}: 1 worse, 1 better; the newest in "
        f"{project.commits[5][:7]}..{project.commits[6][:7]}: instructions of digits float32 on stm32l475 (emulated)"
    )


def test_the_largest_step_for_the_worse_is_told(project: CommittedProject) -> None:
    project.sessions(counting(100, 110, 50, 60, 62, 61))
    worst = trend(project).worst()
    assert worst is not None
    assert (worst.before, worst.after) == (50, 60)
    assert f"the largest for the worse in {worst.range_text}: instructions of" in answer(trend(project))
    assert trend(project, "accuracy").worst() is None


def test_accuracy_is_better_when_it_is_higher_and_an_outcome_when_it_passes(project: CommittedProject) -> None:
    runs = [run_record(accuracy=quantity(0.9)), run_record(accuracy=quantity(0.8), outcome="failed")]
    project.sessions([*runs, run_record(accuracy=quantity(0.85))])
    assert [step[:2] for step in told(trend(project))] == [
        ("outcome", "better"),
        ("accuracy", "better"),
        ("outcome", "worse"),
        ("accuracy", "worse"),
    ]


def test_an_interrupted_run_hides_none_that_came_to_its_end(project: CommittedProject) -> None:
    project.session("whole", project.commits[0], counting(100))
    project.session("cut", project.commits[0], [run_record(outcome="interrupted", instructions=None)], hour=1)
    project.session("next", project.commits[1], counting(110), hour=2)
    project.session("last", project.commits[2], [run_record(outcome="interrupted", instructions=None)], hour=3)
    assert told(trend(project)) == [("instructions", "worse", 100, 110)]


def test_runs_are_apart_by_all_that_a_comparison_keeps_apart(project: CommittedProject) -> None:
    for number, run in enumerate((run_record(), int8_run(), run_record(engine="tflm"), run_record(board="other"))):
        project.session(f"s{number}", project.commits[number], [run])
    found = trend(project)
    assert (found.steps, len(found.runs)) == (0, 4)
    assert answer(found).startswith("no step in 4 commits")


def test_another_toolchain_makes_another_series_of_what_depends_on_it(project: CommittedProject) -> None:
    runs = counting(100, 200, 110, 200)
    project.sessions(
        [run_record(instructions=run.instructions, toolchain=f"gcc {12 + n % 2}") for n, run in enumerate(runs)]
    )
    found = trend(project)
    assert told(found) == [("instructions (toolchain gcc 12)", "worse", 100, 110)]
    assert len([each for each in found.series if each.series.metric.name == "accuracy"]) == 1


def test_another_provenance_is_no_step(project: CommittedProject) -> None:
    project.sessions(
        run_record(latency_us=quantity(value, how))
        for value, how in ((5, Provenance.MODELLED), (6, Provenance.MEASURED), (5, Provenance.MODELLED))
    )
    assert trend(project).steps == 0


def test_a_noisy_figure_takes_a_step_where_noise_does_not(project: CommittedProject) -> None:
    times = np.random.default_rng(0).normal(1000, 10, 30)
    times[18:] *= 1.2
    project.sessions(metered_run(run_record(), time, 10.0) for time in times.tolist())
    found = trend(project, "latency_us")
    (step,) = found.newest(9)
    assert (step.verdict, step.bad) == ("worse", project.commits[18])
    assert step.range_text == f"about {project.commits[17][:7]}..{project.commits[18][:7]}"
    few = trend(project, "latency_us", most_commits=13)
    assert (few.steps, few.notes) == (0, ["1 noisy figure of fewer than 14 commits: too few for a step"])


def test_a_host_time_is_no_figure(project: CommittedProject) -> None:
    project.sessions(run_record(latency_us=quantity(value, Provenance.HOST)) for value in (1, 2))
    assert answer(trend(project, "latency_us")) == "no figure in 2 commits: see `harness report list`"


def test_a_figure_that_becomes_none_is_worse_and_one_that_is_lost_is_no_step(project: CommittedProject) -> None:
    runs = [run_record(auc=quantity(value), metric="auc") for value in (0.9, math.nan, math.nan, 0.9)]
    project.sessions([*runs, run_record(), runs[-1]])
    found = trend(project, "auc")
    assert [verdict for _, verdict, *_ in told(found)] == ["better", "worse"]
    assert found.worse == 1
    assert found.notes == ["2 values no number (NaN)"]
    assert [step.change_text for step in found.newest(2)] == ["", ""]
    assert [value["value"] for value in trend_json(found)["series"][0]["values"]] == [0.9, None, None, 0.9, 0.9]


def test_dirty_sessions_count_where_they_are_wanted(project: CommittedProject) -> None:
    for number, run in enumerate(counting(100, 150, 100)):
        project.session(f"s{number}", project.commits[number], [run], dirty=number == 1)
    clean = trend(project)
    assert (clean.steps, clean.notes) == (0, ["1 session of dirty checkouts left out"])
    marked = trend(project, dirty=None)
    assert [step.dirty for step in marked.newest(2)] == [(True, False), (False, True)]
    assert marked.newest(2)[1].range_text == f"{project.commits[0][:7]}..{project.commits[1][:7]}*"
    assert marked.notes == ["* the checkout was dirty: its files differed from that commit"]


def test_only_what_is_wanted_counts(project: CommittedProject) -> None:
    for number, value in enumerate((1, 2, 2)):
        runs = [*counting(value), run_record(board="other", instructions=quantity(value)), run_record(suite="images")]
        project.session(f"s{number}", project.commits[number], runs)
    assert trend(project).steps == 2
    assert list(trend(project, board="other").runs) == [run for run in trend(project).runs if run.board == "other"]
    assert trend(project, suite="images").steps == 0
    assert trend(project, "accuracy").steps == 0
    assert trend(project, most_commits=2).steps == 0


def test_the_order_in_which_sessions_were_made_does_not_matter(tmp_path: Path) -> None:
    found = []
    project = CommittedProject(tmp_path, 6)
    runs = dict(enumerate(counting(5, 5, 7, 7, 6, 6)))
    for order in ((0, 1, 2, 3, 4, 5), (5, 2, 0, 3, 1, 4)):
        project.reports = tmp_path / f"reports {order}"
        for number in order:
            project.session(f"s{number}", project.commits[number], [runs[number]])
            read_index(project.reports)
        found.append(trend_json(trend(project)))
    assert found[0] == found[1]


def test_what_cannot_be_read_is_named_and_the_rest_counts(project: CommittedProject) -> None:
    project.sessions(counting(1, 1, 1, 2))
    damage_inside(project.reports / "s00" / "runs.parquet", "outcome")
    (project.reports / "s01" / "layers.parquet").unlink()
    (project.reports / "s02" / "session.json").write_text('{"schema_version": 1}')
    project.session("s04", project.commits[4], counting(3))
    found = trend(project)
    assert told(found) == [("instructions", "worse", 2, 3)]
    assert set(found.unreadable) == {"s00", "s01", "s02"}


def test_where_no_segment_can_be_written_the_trend_is_the_same(project: CommittedProject) -> None:
    project.sessions(counting(1, 1, 2))
    (project.reports / ".runs").touch()
    assert told(trend(project)) == [("instructions", "worse", 1, 2)]


def test_settings_of_the_project_are_heeded(project: CommittedProject) -> None:
    times = np.random.default_rng(0).normal(1000, 10, 30)
    times[15:] *= 1.2
    project.sessions(metered_run(run_record(), time, 10.0) for time in times.tolist())
    assert trend(project, "latency_us").steps == 1
    (project.root / "pyproject.toml").write_text("[tool.tinyhil.compare]\nfloor = 0.5\n")
    assert trend(project, "latency_us").steps == 0


def spoil(table: Path, column: str, values: pa.Array) -> None:
    rows = parquet.read_table(table)
    parquet.write_table(rows.set_column(rows.column_names.index(column), column, values), table)


def test_columns_of_another_type_or_without_a_value_cost_their_session_alone(project: CommittedProject) -> None:
    project.sessions(counting(*[100] * 6, 120))
    spoiled = {
        "s00": ("instructions", pa.array(["many"])),
        "s01": ("suite", pa.nulls(1, pa.string())),
        "s02": ("instructions_provenance", pa.array(["guessed"])),
        "s03": ("instructions", pa.nulls(1, pa.int64())),
        "s04": ("toolchain", pa.array([5])),
        "s05": ("outcome", pa.array(["exploded"])),
    }
    for name, (column, values) in spoiled.items():
        spoil(project.reports / name / "runs.parquet", column, values)
    found = trend(project)
    assert set(found.unreadable) == {"s00", "s01", "s04"}
    lengths = {each.series.metric.name: len(each.series.values) for each in found.series}
    assert (lengths["instructions"], lengths["outcome"], lengths["accuracy"]) == (2, 3, 4)
    assert told(found) == [("instructions", "worse", 100, 120)]


def test_one_commit_and_none_are_no_trend(project: CommittedProject) -> None:
    assert answer(trend(project)) == "no figure in 0 commits: see `harness report list`"
    project.sessions(counting(1))
    assert answer(trend(project)) == f"1 commit, {project.commits[0][:7]}: there is no trend in less than 2"


@pytest.mark.parametrize("width", [80, 120])
def test_lines_fit_the_terminal(project: CommittedProject, width: int) -> None:
    project.sessions(
        run_record(instructions=quantity(7_000_000 + n * n), suite="a suite with a long name\x1b[2J", outcome="failed")
        for n in range(30)
    )
    lines = list(trend_lines(trend(project), width))
    assert max(map(len, lines)) <= width
    assert any(line.endswith("… and 26 before") for line in lines)
    assert "\x1b" not in "".join(lines)


def test_markdown_has_the_newest_steps_and_escapes_names(project: CommittedProject) -> None:
    project.sessions(run_record(instructions=quantity(n), suite="<b>|") for n in range(30))
    text = trend_markdown(trend(project))
    assert text.startswith("### 29 steps in 30 commits")
    assert "<b>" not in text
    assert text.count("| worse |") == 29


def test_json_has_every_value_and_step(project: CommittedProject) -> None:
    project.sessions(counting(1, 2, 2))
    found = json.loads(json.dumps(trend_json(trend(project, "instructions"))))
    (series,) = found["series"]
    assert [value["value"] for value in series["values"]] == [1, 2, 2]
    (step,) = series["steps"]
    assert (step["verdict"], step["good"], step["bad"]) == ("worse", *project.commits[:2])


def test_a_sparkline_goes_from_the_lowest_to_the_highest() -> None:
    assert sparkline(np.array([1.0, 2, math.nan, 8]), 10) == "▁▂?█"
    assert sparkline(np.array([3.0, 3]), 10) == "▁▁"
    assert sparkline(np.arange(100.0), 4) == "▁▃▆█"
