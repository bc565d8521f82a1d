"""The first commit whose figure is worse than that of a good one: `git bisect run` in a clone."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

import harness
from harness.errors import ReportError
from harness.history import bisect_step
from harness.history.bisect_clone import Clone, git, git_command, git_environment
from harness.history.bisect_figures import KEPT, Figures, Found, SkipError, has_same_tools
from harness.history.bisect_folder import working_folder
from harness.history.bisect_judge import Judge
from harness.history.bisect_question import Question, Step
from harness.history.bisect_text import step_line
from harness.history.git import (
    Description,
    commits_between,
    describe_commits,
    find_commit,
    is_checkout,
    is_shallow,
)
from harness.history.settings import Settings, read_settings
from harness.processes import run_group
from harness.report.wording import counted

_BAD = "refs/bisect/bad"
_UNSHALLOW = "git fetch --unshallow (of actions/checkout: fetch-depth: 0)"


@dataclass(frozen=True)
class Bisection:
    """How a bisection ended.

    Attributes:
        steps: the commits that were judged, in the order of their history, both ends among them.
        suspects: the first bad commit, alone; or, where some were skipped, all that it may be, the oldest first.
        commits: what these commits say of themselves.
        commit_count: commits behind the good end, up to the bad one.
        seconds: how long it took.
    """

    question: Question
    steps: tuple[Step, ...]
    suspects: tuple[str, ...]
    commits: Mapping[str, Description]
    commit_count: int
    seconds: float

    @property
    def first_bad(self) -> str | None:
        return self.suspects[0] if len(self.suspects) == 1 else None


def bisect(
    question: Question, ends: tuple[str, str], *, reports_dir: Path, project: Path, tell: Callable[[str], None]
) -> Bisection:
    """Find the first bad commit between two, in a clone; nothing of the user's checkout is touched.

    Args:
        ends: a good revision and a bad one.
        reports_dir: sessions there are taken where they answer; new ones are kept in its folder `bisect`.
        project: a folder of the checkout, where pytest is to run.
        tell: is called with lines for people while it goes on.

    Raises:
        ReportError: the revisions mean nothing, or cannot be bisected; a folder cannot be written; git fails.
        ConfigError: pyproject.toml has settings that cannot be used.
    """
    begin = time.monotonic()
    settings = _settings(project, question)
    between = _commits_between(project, *ends)
    with working_folder(reports_dir / KEPT, tell) as folder:
        work = _Work(question, settings, reports_dir.resolve(), folder.resolve(), Clone.make(project, folder / "clone"))
        tell(f"{counted(len(between), 'commit')} from {ends[0]} to {ends[1]}")
        good, bad = work.ends(_commit(project, ends[0]), between[-1], tell)
        steps = [good, bad, *work.bisect(good, bad)]
        suspects = sorted(work.suspects(), key=between.index)
    order = {commit: number for number, commit in enumerate(between)}
    return Bisection(
        question,
        tuple(sorted(steps, key=lambda step: order.get(step.commit, -1))),
        tuple(suspects),
        describe_commits(project, [*{step.commit: None for step in steps}, *suspects]),
        len(between),
        time.monotonic() - begin,
    )


@dataclass(frozen=True)
class _Work:
    """A bisection under way in the folder `folder`."""

    question: Question
    settings: Settings
    reports_dir: Path
    folder: Path
    clone: Clone

    @property
    def figures(self) -> Figures:
        return Figures(self.question, self.reports_dir, self.clone, self._scratch)

    @property
    def _scratch(self) -> Path:
        return self.folder / "sessions"

    @property
    def _steps(self) -> Path:
        return self.folder / "steps.jsonl"

    def ends(self, good: str, bad: str, tell: Callable[[str], None]) -> tuple[Step, Step]:
        """The steps of both ends. Raises: ReportError: the bad one is not worse, or one comes to no figure."""
        before = self._found(good, None)
        after = self._found(bad, before)
        if before.seconds is None and not has_same_tools(before.run, after.run):
            before = self._made(good)
        judge = Judge(self.question, self.settings, before.run, self.figures)
        steps = judge.judged(good, before), judge.judged(bad, after)
        for step in steps:
            tell(step_line(self.question, step))
        if steps[1].answer != "bad":
            raise self._not_worse(*steps)
        return steps

    def bisect(self, good: Step, bad: Step) -> list[Step]:
        """The steps in between. Raises: ReportError: git or a step failed."""
        git(self.clone.folder, "bisect", "start", bad.commit, good.commit)
        if len(self.suspects()) == 1:
            return []
        log = self._run(good)
        steps = list(map(_decoded, self._steps.read_bytes().splitlines())) if self._steps.exists() else []
        self._check([good, bad, *steps], log)
        return steps

    def suspects(self) -> list[str]:
        """What the first bad commit may be."""
        return git(self.clone.folder, "rev-list", _BAD, "--not", "--glob=refs/bisect/good-*").split()

    def _found(self, commit: str, like: Found | None) -> Found:
        return self.figures.find(commit, like.run if like else None) or self._made(commit)

    def _made(self, commit: str) -> Found:
        try:
            return self.figures.make(commit)
        except SkipError as error:
            raise ReportError(
                f"{commit[:7]} cannot be judged: {error}", "give another commit, suite, variant or metric"
            ) from None

    def _not_worse(self, good: Step, bad: Step) -> ReportError:
        metric = self.question.figure
        assert good.value is not None and bad.value is not None
        is_better = good.value != bad.value and metric.improves(good.value, bad.value)
        return ReportError(
            f"{self.question.metric} is not worse in {bad.commit[:7]} than in {good.commit[:7]}: "
            f"{metric.text(bad.value)}, before {metric.text(good.value)}" + (f": {bad.reason}" if bad.reason else ""),
            "exchange --good and --bad, to find what made it better" if is_better else "give other commits",
        )

    def _run(self, good: Step) -> Path:
        """`git bisect run`; returns what it printed."""
        log, plan_file, told = self.folder / "git.log", self.folder / "plan.json", os.dup(2)
        plan = bisect_step.Plan(
            question=self.question,
            settings=self.settings,
            clone=str(self.clone.folder.resolve()),
            project=str(self.clone.project.relative_to(self.clone.folder)),
            reports_dir=str(self.reports_dir),
            scratch=str(self._scratch),
            good=str(Path(good.session).resolve()),
            steps=str(self._steps),
            told=told,
        )
        plan_file.write_bytes(msgspec.json.encode(plan))
        step = (sys.executable, "-P", "-m", bisect_step.__name__, str(plan_file))  # -P: not the commit's own harness
        ours = {"PYTHONPATH": str(Path(harness.__file__).parents[1])}
        with log.open("wb") as output, os.fdopen(told):
            run_group(
                git_command(self.clone.folder, "bisect", "run", *step),
                env={**git_environment(), **ours},
                stdout=output,
                stderr=output,
                pass_fds=[told],
            )
        return log

    def _check(self, steps: list[Step], log: Path) -> None:
        """Whether git heard what was judged, and came to an end: a step that broke must not pass for an answer."""
        wanted = {(step.answer, step.commit) for step in steps}
        listed = git(self.clone.folder, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/bisect")
        heard = {(_answer(*line.split()), line.split()[1]) for line in listed.splitlines()}
        skipped = {commit for answer, commit in heard if answer == "skipped"}
        suspects = set(self.suspects())
        is_ended = len(suspects) == 1 or suspects - skipped == {git(self.clone.folder, "rev-parse", _BAD)}
        if not heard <= wanted or not is_ended:
            lines = log.read_text(errors="replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "no message")
            raise ReportError(f"git bisect run broke off: {last}", "see to what the lines above say, then repeat it")


def _answer(name: str, _commit: str) -> str:
    """Of a ref such as `good-1931af0…`."""
    word = name.partition("-")[0]
    return "skipped" if word == "skip" else word


def _decoded(line: bytes) -> Step:
    return msgspec.json.decode(line, type=Step)


def _settings(project: Path, question: Question) -> Settings:
    if question.tolerance is None:
        return read_settings(project)
    return Settings(floor=question.tolerance, tolerance={question.metric: question.tolerance})


def _commits_between(project: Path, good: str, bad: str) -> list[str]:
    """Those behind `good` up to `bad`, the oldest first. Raises: ReportError: there are none."""
    commits = _commit(project, good), _commit(project, bad)
    between = commits_between(project, *commits)
    if not between:
        fix = _UNSHALLOW if is_shallow(project) else "give an older commit of the same branch as --good"
        raise ReportError(f"{good} ({commits[0][:7]}) is no ancestor of {bad} ({commits[1][:7]})", fix)
    return between


def _commit(project: Path, revision: str) -> str:
    if commit := find_commit(project, revision):
        return commit
    if not is_checkout(project):
        raise ReportError(f"{project} is in no git checkout", "run it in the checkout of your project")
    fix = f"the checkout is shallow: {_UNSHALLOW}" if is_shallow(project) else "give a hash, a branch, a tag or main~5"
    raise ReportError(f"{revision!r} is no commit", fix)
