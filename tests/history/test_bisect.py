"""The first commit that made a figure worse is found, and nothing else is touched."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.git import git
from support.session_records import metered_run, run_record, window_record
from support.told_runs import commit_run, counting, make_project, question, record_session

from harness.errors import ReportError
from harness.history import Bisection, Question, bisect
from harness.measure.records import Provenance, Quantity, RunRecord, WindowRecord


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


def run_bisect(project: Path, good: str, bad: str = "HEAD", asked: Question | None = None) -> Bisection:
    told: list[str] = []
    return bisect(asked or question(), (good, bad), reports_dir=project / "reports", project=project, tell=told.append)


def answers(bisection: Bisection) -> list[str]:
    return [step.answer for step in bisection.steps]


def digests(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_first_bad_commit_is_found(project: Path) -> None:
    first_bad = 4
    commits = [commit_run(project, counting(100 + (number >= first_bad))) for number in range(6)]
    bisection = run_bisect(project, commits[0])
    assert bisection.first_bad == commits[first_bad]
    assert bisection.commit_count == 5
    order = [commits.index(step.commit) for step in bisection.steps]
    assert order == sorted(order)
    assert [number >= first_bad for number in order] == [answer == "bad" for answer in answers(bisection)]
    assert {step.value for step in bisection.steps} == {100, 101}
    assert all(Path(step.session).parent == project / "reports" / "bisect" for step in bisection.steps)


def test_a_commit_beside_the_good_one_needs_no_step(project: Path) -> None:
    good, bad = (commit_run(project, counting(count)) for count in (100, 200))
    bisection = run_bisect(project, good)
    assert (bisection.first_bad, answers(bisection)) == (bad, ["good", "bad"])


def test_the_users_checkout_is_not_touched(project: Path) -> None:
    commits = [commit_run(project, counting(count)) for count in (100, 100, 100, 200, 200)]
    git(project, "bisect", "start", commits[4], commits[0])
    (project / "run.json").write_text("being edited")
    (project / "staged").write_text("staged")
    git(project, "add", "staged")
    before = digests(project)
    bisection = run_bisect(project, commits[0], commits[4])
    assert bisection.first_bad == commits[3]
    after = {name: digest for name, digest in digests(project).items() if not name.startswith("reports/")}
    assert after == before
    assert not list((project / "reports" / "bisect").glob(".work-*"))


def test_where_git_is_told_of_another_repository_it_is_not_taken(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (commit_run(project, counting(count)) for count in (100, 200))
    for name, value in (("GIT_DIR", ".git"), ("GIT_WORK_TREE", "."), ("GIT_INDEX_FILE", ".git/index")):
        monkeypatch.setenv(name, str(project / value))  # as in a hook
    before = digests(project)
    assert run_bisect(project, good).first_bad == bad
    assert {name: it for name, it in digests(project).items() if not name.startswith("reports/")} == before


def test_commits_that_do_not_run_are_skipped_and_said(project: Path) -> None:
    good = commit_run(project, counting(100))
    broken = commit_run(project, None)
    failing = commit_run(project, run_record(instructions=None, outcome="error", message="no\n  build"))
    commit_run(project, counting(200))
    last = commit_run(project, counting(200))
    bisection = run_bisect(project, good)
    assert bisection.first_bad is None
    assert set(bisection.suspects) >= {broken, failing}
    assert last not in bisection.suspects
    assert {step.reason for step in bisection.steps if step.answer == "skipped"} == {
        "nothing runs here",
        "its run has no instructions: error: no build",
    }


def test_what_is_not_worse_by_more_than_the_tolerance_is_good(project: Path) -> None:
    commits = [commit_run(project, counting(count)) for count in (1000, 1010, 1500)]
    assert run_bisect(project, commits[0]).first_bad == commits[1]
    assert run_bisect(project, commits[0], asked=question(tolerance=0.1)).first_bad == commits[2]
    (project / "pyproject.toml").write_text("[tool.tinyhil.compare]\ntolerance = { instructions = 0.1 }\n")
    assert run_bisect(project, commits[0]).first_bad == commits[2]


def timed_run(latency_us: float) -> tuple[RunRecord, list[WindowRecord]]:
    """On an attached board, in ten windows that scatter by one per cent."""
    run = metered_run(run_record(), latency_us, 10.0)
    scattered = [latency_us * (1 + number / 1000) for number in range(-5, 5)]
    measured = [Quantity(each, Provenance.MEASURED) for each in scattered]
    return run, [window_record(run, number, latency_us=each) for number, each in enumerate(measured)]


def test_a_noisy_figure_is_judged_by_its_windows(project: Path) -> None:
    commits = [commit_run(project, *timed_run(latency_us)) for latency_us in (1000, 1005, 1100, 1090)]
    bisection = run_bisect(project, commits[0], asked=question(metric="latency_us", target="attached"))
    assert bisection.first_bad == commits[2]
    assert any("Mann-Whitney" in step.reason for step in bisection.steps)


def test_the_outcome_is_a_metric_and_a_failed_build_then_bad(project: Path) -> None:
    good = commit_run(project, counting(100))
    bad = commit_run(project, run_record(instructions=None, outcome="error", message="no build"))
    assert run_bisect(project, good, asked=question(metric="outcome")).first_bad == bad


def test_sessions_that_answer_are_not_run_again(project: Path) -> None:
    commits, sessions = [], []
    for count in (100, 200):
        commits.append(commit_run(project, None))
        sessions.append(record_session(project, counting(count)))
    bisection = run_bisect(project, commits[0])
    assert [(Path(step.session), step.seconds) for step in bisection.steps] == [(each, None) for each in sessions]


@pytest.mark.parametrize("option", ["--vectors=5", "--sanitize"])
def test_sessions_of_something_else_are_not_taken(project: Path, option: str) -> None:
    good = commit_run(project, counting(100))
    record_session(project, counting(1))
    record_session(project, counting(2), option)
    (project / "run.json").write_text("dirty")
    record_session(project, counting(3))
    git(project, "checkout", "--", "run.json")
    commit_run(project, counting(200))
    shutil.rmtree(next(folder for folder in (project / "reports").iterdir() if _instructions_are(folder, 1)))
    bisection = run_bisect(project, good)
    assert [step.value for step in bisection.steps] == [100, 200]


def _instructions_are(session: Path, count: int) -> bool:
    from harness.report import read_session

    (run,) = read_session(session).run_records
    return run.instructions is not None and run.instructions.value == count


def test_a_session_of_other_tools_is_made_anew(project: Path) -> None:
    good = commit_run(project, counting(100))
    record_session(project, counting(1, toolchain="another compiler"))
    commit_run(project, counting(200))
    assert [step.value for step in run_bisect(project, good).steps] == [100, 200]


def test_a_project_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    repository = make_project(tmp_path / "repository")
    project = repository / "sub" / "project"
    project.mkdir(parents=True)
    (repository / "pytest.py").rename(project / "pytest.py")
    good, bad = (commit_run(project, counting(count)) for count in (100, 200))
    assert run_bisect(project, good).first_bad == bad


def test_a_commit_that_needs_what_is_not_installed_is_skipped(project: Path) -> None:
    good = commit_run(project, counting(100))
    (project / "pyproject.toml").write_text('[project]\ndependencies = ["msgspec>=99", "none-such", "msgspec"]\n')
    commit_run(project, counting(100))
    (project / "pyproject.toml").unlink()
    commit_run(project, counting(200))
    bisection = run_bisect(project, good)
    assert bisection.steps[1].reason == "needs msgspec>=99, none-such, which this Python environment lacks"


def test_what_a_run_leaves_behind_does_not_stop_the_next_checkout(project: Path) -> None:
    leave = "Path('run.json').touch(); Path('later').write_text('untracked'); Path('.gitignore').write_text('')"
    good = commit_run(project, counting(100))
    for _ in range(3):
        commit_run(project, counting(100), behaviour=leave)
    (project / "later").write_text("tracked")
    bad = commit_run(project, counting(200), behaviour="Path('later').write_text('changed')")
    commit_run(project, counting(200))
    assert run_bisect(project, good).first_bad == bad


def test_a_step_that_breaks_is_no_answer(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good = commit_run(project, counting(100))
    vandal = "import shutil; [shutil.rmtree(each) for each in Path('../..').glob('*Z-*')]"
    for _ in range(2):
        commit_run(project, counting(100), behaviour=vandal)
    for _ in range(2):
        commit_run(project, counting(200))
    with pytest.raises(ReportError, match="git bisect run broke off"):
        run_bisect(project, good)
    assert "cannot be read any more" in capfd.readouterr().err


def refusal(project: Path, good: str, bad: str = "HEAD", **changes: object) -> ReportError:
    with pytest.raises(ReportError) as caught:
        run_bisect(project, good, bad, question(**changes))
    assert not list((project / "reports").glob("bisect/.work-*"))
    return caught.value


def test_ends_that_cannot_be_bisected_are_errors(project: Path) -> None:
    first, second, third = (commit_run(project, counting(count)) for count in (100, 100, 50))
    assert "'nothing' is no commit" in str(refusal(project, "nothing"))
    assert f"is no ancestor of {first}" in str(refusal(project, third, first))
    assert "is no ancestor" in str(refusal(project, first, first))
    assert f"not worse in {second[:7]} than in {first[:7]}: 100, before 100" in str(refusal(project, first, second))
    assert "exchange --good and --bad" in refusal(project, first, third).fix
    assert f"{first[:7]} cannot be judged: its run has no cycles" in str(refusal(project, first, metric="cycles"))


def test_a_shallow_checkout_is_told_what_it_lacks(project: Path, tmp_path: Path) -> None:
    for count in (100, 100, 200):
        commit_run(project, counting(count))
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=2", project.as_uri(), str(shallow))
    assert "fetch-depth: 0" in refusal(shallow, "HEAD~2").fix
    assert run_bisect(shallow, "HEAD~1").first_bad == git(project, "rev-parse", "HEAD")


def test_a_folder_that_is_no_checkout_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path} is in no git checkout" in str(refusal(tmp_path, "HEAD~1"))


def test_a_file_in_place_of_a_folder_is_named(project: Path) -> None:
    good, _ = (commit_run(project, counting(count)) for count in (100, 200))
    (project / "reports").write_text("")
    with pytest.raises(ReportError, match="reports/bisect: cannot be written"):
        run_bisect(project, good)


def test_windows_of_too_few_repeats_are_not_judged(project: Path) -> None:
    runs = [timed_run(latency_us) for latency_us in (1000, 2000)]
    good, _ = (commit_run(project, replace(run, repeats=3), windows[:3]) for run, windows in runs)
    error = refusal(project, good, metric="latency_us", target="attached")
    assert "3 repeats, 7 are needed" in str(error)
