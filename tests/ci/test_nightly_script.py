"""docs/ci/nightly.sh, whatever its commands answer: nothing is green that was not seen to be."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from harness.paths import shipped_boards_file

SCRIPT = shipped_boards_file().parent / "docs" / "ci" / "nightly.sh"
SESSION = "20260131T120000Z-1931af0"
PYTEST = f'd=night/sessions/{SESSION}; mkdir -p $d && echo figures >$d/summary.md; exit "$PYTEST_ANSWER"'
HARNESS = """
echo "$@" >>calls
case $* in
"$AWAY"*) exit 2 ;;
compare*--output=*) [ -z "$CHANGES" ] || echo "$CHANGES" >night/changes.md ;;
esac
case $1 in compare) exit "$COMPARE_ANSWER" ;; esac
"""
LOOK = "report push store --reports-dir=night/none"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Where `pytest` and `harness` answer what variables say."""
    for name, script in (("pytest", PYTEST), ("harness", HARNESS)):
        program = tmp_path / ".venv" / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    return tmp_path


def run(project: Path, **variables: str) -> int:
    answers = {"PYTEST_ANSWER": "0", "COMPARE_ANSWER": "0", "CHANGES": "", "AWAY": "none", "TINYHIL_STORE": "store"}
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TINYHIL_", "GITHUB_"))}
    return subprocess.run(["sh", SCRIPT], cwd=project, env={**own, **answers, **variables}, check=False).returncode


def calls(project: Path) -> list[str]:
    return (project / "calls").read_text().splitlines()


def is_marked(project: Path) -> bool:
    return f"report mark store {SESSION}" in calls(project)


def test_a_green_night_is_marked_last(project: Path) -> None:
    assert run(project) == 0
    assert calls(project)[:2] == [LOOK, "report push store"]
    assert "trend --html=night/site" in calls(project)
    assert calls(project)[-1] == f"report mark store {SESSION}"
    assert (project / "reports" / SESSION / "summary.md").read_text() == "figures\n"
    summary = (project / "night" / "summary.md").read_text()
    assert summary.startswith(f"## green: {SESSION}\n\nThere is no green night to compare with.\n")
    assert "figures" in summary


@pytest.mark.parametrize(("pytest_answer", "compare_answer"), [("1", "0"), ("0", "1")])
def test_a_failed_item_and_a_worse_figure_make_it_red(project: Path, pytest_answer: str, compare_answer: str) -> None:
    assert run(project, PYTEST_ANSWER=pytest_answer, COMPARE_ANSWER=compare_answer) == 1
    assert "report push store" in calls(project)
    assert not is_marked(project)
    assert (project / "night" / "summary.md").read_text().startswith("## red: ")


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTEST_ANSWER": "2"},
        {"PYTEST_ANSWER": "137"},
        {"COMPARE_ANSWER": "2"},
        {"AWAY": "report push"},
        {"AWAY": "report pull"},
        {"AWAY": "report mark"},
    ],
    ids=str,
)
def test_what_could_not_be_told_is_not_green(project: Path, variables: dict[str, str]) -> None:
    assert run(project, **variables) == 2
    assert variables == {"AWAY": "report mark"} or not is_marked(project)


def test_no_suite_runs_where_the_store_is_away(project: Path) -> None:
    assert run(project, AWAY=LOOK) == 2
    assert calls(project) == [LOOK]
    assert not (project / "night" / "sessions").exists()


def test_a_session_that_could_not_be_pushed_is_kept_for_the_next_night(project: Path) -> None:
    (project / ".venv" / "bin" / "harness").write_text('#!/bin/sh\n[ "$*" != "report push store" ] || exit 2\n')
    assert run(project) == 2
    assert (project / "reports" / SESSION).is_dir()
    assert (project / "night" / "comparison.md").read_text() == "The night broke off before it was compared.\n"


def test_a_change_is_compared_with_its_base_and_leaves_no_trace(project: Path) -> None:
    assert run(project, TINYHIL_BASE="main") == 0
    assert {call.split()[1] for call in calls(project) if call.startswith("report") and call != LOOK} == {"html"}
    compared = [call for call in calls(project) if call.startswith("compare")]
    assert all(f"compare green {SESSION} --place=store --branch=main " in f"{call} " for call in compared)


def test_changes_are_shown_to_who_watches_and_kept(project: Path) -> None:
    assert run(project, CHANGES="slower") == 0
    assert len([call for call in calls(project) if call.startswith("compare")]) == 2
    assert (project / "night" / "comparison.md").read_text() == "slower\n"


def test_that_there_is_no_green_night_is_said_once(project: Path) -> None:
    assert run(project) == 0
    assert len([call for call in calls(project) if call.startswith("compare")]) == 1


def test_without_a_store_nothing_begins(project: Path) -> None:
    assert run(project, TINYHIL_STORE="") != 0
    assert not (project / "night").exists()


def test_github_is_given_annotations_and_a_summary(project: Path) -> None:
    assert run(project, CHANGES="slower", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(project / "step")) == 0
    assert any(call.endswith("--format=github") for call in calls(project))
    assert (project / "step").read_text() == (project / "night" / "summary.md").read_text()
