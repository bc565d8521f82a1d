"""`harness compare` as a shell calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.told_runs import commit_run, make_project, record_session, timed_run
from synthetic_sessions import write_sessions

from harness.cli.compare import FAIL_ON, FORMATS
from harness.history import FAIL_ON as GATES
from harness.history import RENDERERS

Harness = Callable[..., Any]


@pytest.fixture
def ids(tmp_path: Path) -> list[str]:
    """Two sessions that differ, in the folder where the command looks for them."""
    write_sessions(tmp_path / "reports", 2)
    return sorted(path.name for path in (tmp_path / "reports").iterdir())


def test_the_words_are_those_of_the_room() -> None:
    assert (tuple(RENDERERS), GATES) == (FORMATS, FAIL_ON)


@pytest.mark.parametrize("form", FORMATS)
def test_the_exit_code_says_whether_a_figure_is_worse(harness: Harness, ids: list[str], form: str) -> None:
    assert harness("compare", *ids, f"--format={form}").code == 0
    done = harness("compare", *ids, f"--format={form}", "--fail-on=regression")
    assert done.code == 1
    assert "harness compare: digits float32 on stm32l475 (emulated) with builtin: accuracy 95.00%" in done.err
    assert harness("compare", ids[0], ids[0], "--fail-on=regression", "--fail-on=missing").code == 0


def test_an_alarm_that_does_not_stand_after_a_rerun_opens_the_gate(harness: Harness, tmp_path: Path) -> None:
    """The stand-in for pytest gives what is committed; the session of HEAD is a slower one."""
    make_project(tmp_path)
    commit_run(tmp_path, *timed_run(10_000))
    (fast, of_fast), (slow, of_slow) = timed_run(10_000), timed_run(12_000)
    base = record_session(tmp_path, fast, windows=of_fast)
    head = record_session(tmp_path, slow, windows=of_slow)
    gate = ("compare", base.name, head.name, "--fail-on=regression")
    assert harness(*gate).code == 1
    done = harness(*gate, "--rerun")
    assert (done.code, "alarm did not stand after a re-run: 10.00 ms in" in done.out) == (0, True)
    assert done.err == "harness compare: once more: digits float32 on stm32l475 (attached) with builtin\n"
    (kept,) = (tmp_path / "reports" / "reruns").iterdir()
    assert kept.name in done.out
    commit_run(tmp_path, *timed_run(10_000))
    assert "not run again: checked out is" in harness(*gate, "--rerun").out


def test_the_output_goes_to_a_file(harness: Harness, ids: list[str], tmp_path: Path) -> None:
    assert harness("compare", *ids, "--format=json", "--output=changes.json").out == ""
    assert len(json.loads((tmp_path / "changes.json").read_text())["runs"]) == 40
    assert harness("compare", *ids, "--output=nowhere/x").code == 2


def test_commits_are_meant_by_their_first_digits(harness: Harness, ids: list[str]) -> None:
    commits = [id_.partition("-")[2] for id_ in ids]
    done = harness("compare", *commits, "--format=json")
    assert [json.loads(done.out)[side]["sessions"][0]["id"] for side in ("base", "head")] == ids


@pytest.mark.parametrize("form", sorted({*FORMATS} - {"junit"}))  # which has no notes
def test_a_session_on_both_sides_is_named(harness: Harness, ids: list[str], form: str) -> None:
    said = f"on both sides, and so compared with itself: {ids[0]}"
    assert said in harness("compare", ids[0], ids[0].partition("-")[2], f"--format={form}").out
    assert "on both sides" not in harness("compare", *ids, f"--format={form}").out


def test_settings_of_the_project_are_heeded(harness: Harness, ids: list[str], tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    settings.write_text("[tool.tinyhil.compare]\ntolerance = { accuracy = 1, instructions = 1 }\n")
    assert harness("compare", *ids, "--fail-on=regression").code == 0
    settings.write_text("[tool.tinyhil.compare]\ntolerance = { speed = 1 }\n")
    done = harness("compare", *ids)
    assert (done.code, done.err.splitlines()[0].endswith("no metric 'speed'")) == (2, True)


def test_a_session_of_a_compared_commit_that_cannot_be_read_is_named(
    harness: Harness, ids: list[str], tmp_path: Path
) -> None:
    commit = ids[0].partition("-")[2]
    other = tmp_path / "reports" / f"20270101T000000Z-{commit}"
    unrelated = tmp_path / "reports" / "20270101T000000Z-fffffff"
    for folder in (other, unrelated):
        folder.mkdir()
        (folder / "session.json").write_text('{"schema_version": 99}')
    done = harness("compare", *ids)
    assert done.code == 1
    assert done.err.startswith(f"skipped {other.name}, which may have been meant: session.json: schema version 99")
    assert len(done.err.splitlines()) == 1


def test_the_last_green_night_is_what_a_session_is_compared_with(
    harness: Harness, ids: list[str], tmp_path: Path
) -> None:
    (tmp_path / "share").mkdir()
    green = ("compare", "green", "latest", "--place=share")
    before = harness(*green, "--branch=topic", "--output=changes.txt")
    assert (before.code, before.err) == (0, "no green night in share to compare with\n")
    assert not (tmp_path / "changes.txt").exists()
    assert harness("report", "mark", "share", ids[0]).err.splitlines()[0].endswith(f"{ids[0]} is not in share")
    harness("report", "push", "share")
    assert harness("report", "mark", "share", ids[0]).out == f"marked {ids[0]} as green in share\n"
    assert harness(*green).err == before.err  # the newest is of another branch
    done = harness(*green, "--branch=topic", "--format=json", "--fail-on=regression")
    assert done.code == 1
    assert json.loads(done.out)["base"]["sessions"][0]["id"] == ids[0]


def test_what_does_not_go_together_is_refused(harness: Harness, ids: list[str]) -> None:
    done = harness("compare", *ids, "--place=share")
    assert (done.code, "--place does not go with BASE" in done.err) == (2, True)
    assert harness("compare", "green", "latest", "--place=nowhere").code == 2
    done = harness("compare", "green", "latest")
    assert (done.code, "harness compare green latest --place=" in done.err) == (2, True)


def test_unknown_sessions_and_damaged_ones_are_errors(harness: Harness, ids: list[str], tmp_path: Path) -> None:
    assert harness("compare", ids[0], "nothing").code == 2
    (tmp_path / "reports" / ids[1] / "vectors.parquet").write_bytes(b"PAR1")
    done = harness("compare", *ids)
    assert done.code == 2
    assert "vectors.parquet" in done.err
