"""The order of commits, and what is left out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commits import CommittedProject
from support.git import git

from harness.history.index import read_index
from harness.history.timeline import Timeline, make_timeline


@pytest.fixture
def project(tmp_path: Path) -> CommittedProject:
    return CommittedProject(tmp_path, 6)


def timeline(project: CommittedProject, root: Path | None = None, **options: object) -> Timeline:
    summaries = read_index(project.reports).summaries.values()
    return make_timeline(summaries, root or project.root, **options)  # type: ignore[arg-type]


def test_commits_are_in_gits_order_whenever_their_sessions_ran(project: CommittedProject) -> None:
    for number, hour in ((4, 1), (1, 3), (3, 2)):
        project.session(f"s{number}", project.commits[number], hour=hour)
    found = timeline(project)
    assert list(found.commits) == project.commits[1:5]
    assert {commit: [each.id for each in found.sessions[commit]] for commit in found.sessions} == {
        project.commits[number]: [f"s{number}"] for number in (1, 3, 4)
    }
    assert found.notes == ()


def test_of_a_commits_sessions_the_newest_clean_one_is_last(project: CommittedProject) -> None:
    commit = project.commits[0]
    for name, dirty, hour in (("dirty", True, 9), ("newer", False, 5), ("older", False, 1)):
        project.session(name, commit, dirty=dirty, hour=hour)
    assert [each.id for each in timeline(project).sessions[commit]] == ["dirty", "older", "newer"]


def test_the_newest_commits_are_those_with_a_session(project: CommittedProject) -> None:
    for number in (0, 2, 5):
        project.session(f"s{number}", project.commits[number])
    assert list(timeline(project, most_commits=2).commits) == project.commits[2:]


def test_commits_beside_the_first_parents_are_left_out_and_counted(project: CommittedProject) -> None:
    git(project.root, "checkout", "-q", "-b", "topic", project.commits[2])
    git(project.root, "commit", "-q", "--allow-empty", "-m", "topic")
    topic = git(project.root, "rev-parse", "HEAD")
    git(project.root, "checkout", "-q", "trunk")
    git(project.root, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    project.session("on topic", topic)
    project.session("gone", "0" * 40)
    project.session("on trunk", project.commits[1])
    found = timeline(project)
    assert list(found.commits) == [project.commits[1]]
    assert list(found.notes) == [
        f"1 session of 1 commit that are not among the first parents of HEAD left out, the last of {topic[:7]}",
        "1 session of 1 commit that this checkout does not have (history was rewritten, or not fetched) left out, "
        "the last of 0000000",
    ]
    assert topic in timeline(project, branch="topic").commits


def test_without_git_commits_are_in_the_order_of_time(project: CommittedProject, tmp_path: Path) -> None:
    for number, hour in ((4, 1), (1, 3)):
        project.session(f"s{number}", project.commits[number], hour=hour)
    found = timeline(project, Path("/"))
    assert list(found.commits) == [project.commits[4], project.commits[1]]
    assert found.notes == ("commits are in the order of time: there is no git checkout",)


def test_a_shallow_checkout_is_said(project: CommittedProject, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", project.root.as_uri(), str(clone))
    for number in (1, 5):
        project.session(f"s{number}", project.commits[number], hour=number)
    found = timeline(project, clone)
    assert list(found.commits) == [project.commits[1], project.commits[5]]
    (note,) = found.notes
    assert note.endswith("the checkout is shallow, git fetch --unshallow completes it")


def test_a_branch_that_git_does_not_know_is_one_of_sessions(project: CommittedProject) -> None:
    project.session("one", "1" * 40)
    assert timeline(project, branch="trunk").commits == ("1" * 40,)
    assert timeline(project, branch="nowhere").commits == ()


def test_a_branch_is_no_option_of_git(project: CommittedProject) -> None:
    project.session("one", project.commits[0])
    assert timeline(project, branch="--all").commits == ()
