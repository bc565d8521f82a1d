"""`harness bisect` as a shell calls it, and ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.git import git
from support.told_runs import commit_run, counting, make_project

Harness = Callable[..., Any]
QUESTION = ("--board=stm32l475", "--engine=builtin", "--suite=digits", "--variant=float32", "--metric=instructions")


@pytest.fixture
def commits(tmp_path: Path) -> list[str]:
    """The working folder is a checkout of four; the last but one made something slower."""
    project = make_project(tmp_path)
    return [commit_run(project, counting(count)) for count in (100, 100, 150, 150)]


def test_the_first_bad_commit_is_printed_with_what_was_run(harness: Harness, commits: list[str]) -> None:
    done = harness("bisect", *QUESTION, "--good=HEAD~3")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[1] == "digits float32 on stm32l475 (emulated) with builtin: instructions"
    assert lines[2] == f"{commits[2][:7]} is the first bad commit"
    assert lines[3].startswith(f"  {commits[2][:7]} ")
    assert lines[4] == "100 -> 150, 50.0% more (emulated)"
    assert [line.split()[0] for line in lines[7:11]] == [commit[:7] for commit in commits]
    assert lines[12].startswith("3 commits behind the good end: 4 run, 0 there before, 0 skipped, in ")
    good, bad = lines[13].removeprefix("what else changed: harness compare ").split()
    assert (Path(good).is_dir(), Path(bad).is_dir()) == (True, True)
    assert done.err.splitlines()[0] == "3 commits from HEAD~3 to HEAD"
    assert f"bad {commits[2][:7]}: 150 (" in done.err  # while it went on
    assert harness("compare", good, bad, "--fail-on=regression").code == 1


def test_markdown_and_json_say_the_same(harness: Harness, commits: list[str]) -> None:
    found = json.loads(harness("bisect", *QUESTION, "--good=HEAD~3", "--format=json").out)
    assert (found["first_bad"], found["commit_count"]) == (commits[2], 3)
    assert [step["answer"] for step in found["steps"]] == ["good", "good", "bad", "bad"]
    assert (found["steps"][3]["provenance"], found["steps"][3]["author"]) == ("emulated", "t")
    table = harness("bisect", *QUESTION, "--good=HEAD~3", "--format=markdown").out
    assert table.startswith(f"### {commits[2][:7]} is the first bad commit: digits float32 on stm32l475")
    assert f"| {commits[3][:7]} | " in table


def test_where_skipped_commits_hide_it_the_exit_code_says_so(harness: Harness, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    commit_run(project, counting(100))
    skipped = commit_run(project, None)
    last = commit_run(project, counting(150))
    done = harness("bisect", *QUESTION, "--good=HEAD~2")
    assert done.code == 1
    assert "the first bad commit is one of 2: what was skipped hides which" in done.out
    assert f"skipped {skipped[:7]}: nothing runs here" in done.out
    found = json.loads(harness("bisect", *QUESTION, "--good=HEAD~2", "--format=json").out)
    assert (found["first_bad"], [each["commit"] for each in found["suspects"]]) == (None, [skipped, last])


def test_an_outcome_is_no_figure_of_any_provenance(harness: Harness, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    commit_run(project, counting(100))
    commit_run(project, counting(100, outcome="failed"))
    done = harness("bisect", *QUESTION, "--good=HEAD~1", "--metric=outcome")
    assert (done.code, done.out.splitlines()[4]) == (0, "passed -> failed")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--metric=speed", "unknown metric 'speed'"),
        ("--board=stm32", "unknown board 'stm32'"),
        ("--engine=fast", "unknown engine 'fast'"),
        ("--target=native", "has no target 'native'"),
        ("--good=HEAD~9", "'HEAD~9' is no commit"),
    ],
)
def test_wrong_input_is_named(harness: Harness, commits: list[str], option: str, said: str) -> None:
    done = harness("bisect", *QUESTION, "--good=HEAD~3", option)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("tolerance", ["-1", "nan", "much"])
def test_a_tolerance_is_a_part(harness: Harness, tolerance: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        harness("bisect", *QUESTION, "--good=HEAD~3", f"--tolerance={tolerance}")


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A bisection in which git has called a step whose pytest hangs; and a pipe that ends when that pytest does."""
    project, pipe = make_project(tmp_path), tmp_path / "pipe"
    os.mkfifo(pipe)
    hang = f"import signal; pipe = open({str(pipe)!r}, 'w'); pipe.write('here\\n'); pipe.flush(); signal.pause()"
    commit_run(project, counting(100))
    for _ in range(2):
        commit_run(project, counting(100), behaviour=hang)
    commit_run(project, counting(150))
    command = [sys.executable, "-m", "harness", "bisect", *QUESTION, "--good=HEAD~3"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, cwd=project, env=environment, stderr=subprocess.PIPE) as process:
        yield process, pipe
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_bisect_leaves_nothing_behind(
    hanging: tuple[subprocess.Popen[bytes], Path], tmp_path: Path, number: signal.Signals
) -> None:
    process, pipe = hanging
    with pipe.open() as heard:
        assert heard.readline() == "here\n"
        process.send_signal(number)
        assert heard.read() == ""
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors.decode().splitlines()[-1] == "harness bisect: interrupted"
    assert not list((tmp_path / "reports" / "bisect").glob(".work-*"))
    assert git(tmp_path, "status", "--porcelain", "--untracked-files=no") == ""


def test_what_a_killed_bisect_leaves_behind_is_removed_by_the_next_and_said(
    hanging: tuple[subprocess.Popen[bytes], Path], tmp_path: Path, harness: Harness
) -> None:
    process, pipe = hanging
    commit_run(tmp_path, counting(200))
    with pipe.open() as heard:
        heard.readline()
        (running,) = (tmp_path / "reports" / "bisect").glob(".work-*")
        assert harness("bisect", *QUESTION, "--good=HEAD~1").code == 0
        assert running.exists()  # it is another's
        process.kill()
        assert heard.read() == ""
    done = harness("bisect", *QUESTION, "--good=HEAD~1")
    assert done.code == 0
    told = f"removed {running.relative_to(tmp_path)}, left over from a bisect that was killed"
    assert done.err.splitlines()[0] == told
    assert not running.exists()
