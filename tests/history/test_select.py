"""Which sessions a word means, in a checkout and outside of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.git import git
from support.session_records import run_record

from harness.errors import ReportError
from harness.history import RanOn, Selection, read_index, select
from harness.history.sides import read_side
from harness.report.session import Checkout

MakeSession = Callable[..., Path]
HERE = RanOn("stm32l475", "emulated", "builtin")


@dataclass
class Project:
    """A checkout of ten commits on the branch trunk, and the sessions of its commits 2, 5 and 8."""

    root: Path
    commits: list[str]
    make: MakeSession

    def select(self, spec: str) -> Selection:
        return select(spec, read_index(self.root / "reports"), self.root)

    def session_of(self, commit: int, name: str, minute: int = 0, dirty: bool = False, **changes: object) -> Path:
        started = f"2026-01-{commit + 1:02}T00:{minute:02}:00+00:00"
        checkout = Checkout(self.commits[commit], dirty, "trunk")
        return self.make(name, run_record(**changes), started=started, checkout=checkout)


@pytest.fixture
def project(tmp_path: Path, make_session: MakeSession) -> Project:
    git(tmp_path, "init", "-q", "-b", "trunk")
    for number in range(10):
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", f"{number}")
    commits = git(tmp_path, "rev-list", "--reverse", "HEAD").splitlines()
    made = Project(tmp_path, commits, make_session)
    for number in (2, 5, 8):
        made.session_of(number, f"s{number}")
    return made


def ids(selection: Selection) -> list[str]:
    return [source.summary.id for source in selection.sources.values()]


def test_one_session_is_named(project: Project) -> None:
    other = project.root / "elsewhere"
    (project.root / "reports" / "s2").rename(other)
    for spec, folder in (("s5", project.root / "reports" / "s5"), ("latest", project.root / "reports" / "s8")):
        assert [source.folder for source in project.select(spec).sources.values()] == [folder]
    selection = project.select(str(other))
    assert (selection.sources[HERE].folder, selection.commit) == (other, project.commits[2])


@pytest.mark.parametrize(
    "spec", ["trunk~4", "HEAD^^^^", "released", "annotated", "topic", "{commit}", "{short}", "trunk@{{0}}~4"]
)
def test_a_revision_means_the_sessions_of_its_commit(project: Project, spec: str) -> None:
    git(project.root, "tag", "released", "HEAD~4")
    git(project.root, "tag", "-a", "-m", "x", "annotated", "HEAD~4")
    git(project.root, "branch", "topic", "HEAD~4")
    commit = project.commits[5]
    selection = project.select(spec.format(commit=commit, short=commit[:7]))
    assert (ids(selection), selection.commit, selection.is_dirty) == (["s5"], commit, False)


def test_each_board_and_engine_has_its_newest_session(project: Project) -> None:
    project.session_of(5, "newer", minute=2)
    project.session_of(5, "tflm", minute=1, engine="tflm")
    project.session_of(5, "m3", minute=1, board="mps2-an385")
    chosen = {key: source.summary.id for key, source in project.select("HEAD~4").sources.items()}
    assert chosen == {
        HERE: "newer",
        RanOn("stm32l475", "emulated", "tflm"): "tflm",
        RanOn("mps2-an385", "emulated", "builtin"): "m3",
    }


def test_an_emulated_session_hides_none_of_the_same_board_on_a_desk(project: Project) -> None:
    project.session_of(5, "desk", minute=1, target="attached")
    project.session_of(5, "emulated", minute=2)
    selection = project.select("HEAD~4")
    assert {key.target: source.summary.id for key, source in selection.sources.items()} == {
        "attached": "desk",
        "emulated": "emulated",
    }
    found = {run_id.target: run.info.id for run_id, run in read_side(selection).runs.items()}
    assert found == {"attached": "desk", "emulated": "emulated"}


def test_a_clean_checkout_is_better_than_a_dirty_one(project: Project) -> None:
    project.session_of(5, "dirty", minute=1, dirty=True)
    assert ids(project.select("HEAD~4")) == ["s5"]
    project.session_of(6, "only_dirty", dirty=True)
    assert project.select("HEAD~3").is_dirty


@pytest.mark.parametrize("cut", [{"ended": None}, {"outcome": "interrupted"}])
def test_a_session_that_came_to_its_end_is_better_than_one_that_did_not(
    project: Project, cut: dict[str, str | None]
) -> None:
    file = project.session_of(5, "killed", minute=1) / "session.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | cut))
    assert ids(project.select("HEAD~4")) == ["s5"]


def test_of_a_commit_without_a_session_the_nearest_that_have_one_are_named(project: Project) -> None:
    with pytest.raises(ReportError) as caught:
        project.select("trunk~3")
    near = [project.commits[number][:7] for number in (5, 2, 8)]
    assert caught.value.cause.startswith(f"no session of trunk~3 ({project.commits[6][:7]}) in ")
    assert caught.value.fix == (
        f"the nearest that have one: {near[0]} (1 before), {near[1]} (4 before), {near[2]} (2 after)"
    )


def test_where_no_commit_near_has_a_session(project: Project) -> None:
    git(project.root, "checkout", "-q", "--orphan", "other")
    git(project.root, "commit", "-q", "--allow-empty", "-m", "alone")
    with pytest.raises(ReportError, match=r"no session of HEAD \(.*\n  fix: run pytest on that commit"):
        project.select("HEAD")


def test_a_commit_that_git_has_not_fetched_is_known_by_its_sessions(project: Project) -> None:
    project.commits[5] = "fedcba9876543210fedcba9876543210fedcba98"
    project.session_of(5, "foreign")
    assert ids(project.select("fedcba9")) == ["foreign"]
    project.commits[5] = "fedcba98ffffffffffffffffffffffffffffffff"
    project.session_of(5, "alike")
    with pytest.raises(ReportError, match="'fedcba9' is the begin of 2 commits"):
        project.select("fedcba9")


@pytest.mark.parametrize("spec", ["nonsense", "trunk~99", "--all", "", "fed", "HEAD:file"])
def test_what_means_nothing_says_what_would(project: Project, spec: str) -> None:
    with pytest.raises(ReportError, match=r"fix: (give latest, .* such as s2, s5, s8|give more digits)"):
        project.select(spec)


def test_outside_of_a_checkout_ids_latest_and_commits_are_known(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(project.root / "nowhere"))
    for spec in ("s8", "latest", project.commits[8][:7]):
        assert ids(project.select(spec)) == ["s8"]
    with pytest.raises(ReportError, match="branches and tags need a git checkout"):
        project.select("trunk")
    monkeypatch.setenv("PATH", "")
    assert ids(project.select("s8")) == ["s8"]


def test_a_session_that_is_damaged_is_named(project: Project) -> None:
    (project.root / "reports" / "s5" / "runs.parquet").write_bytes(b"")
    with pytest.raises(ReportError, match=r"s5/runs\.parquet: "):
        project.select("s5")
    with pytest.raises(ReportError, match="no session of"):
        project.select("HEAD~4")


def test_a_session_outside_of_a_checkout_has_no_commit(project: Project) -> None:
    project.make("alone", started="2027-01-01T00:00:00+00:00", checkout=None)
    assert (project.select("latest").commit, project.select("latest").is_dirty) == (None, False)


def test_an_empty_folder_says_how_to_get_a_session(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"fix: run pytest first"):
        select("latest", read_index(tmp_path), tmp_path)
