"""One pytest run: its benches, its vectors, and the session folder that its records go to."""

from __future__ import annotations

import functools
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.config import Board, Suite, SuiteModel
from harness.plugin.options import Selection, read_selection
from harness.plugin.progress import vector_progress
from harness.setup import PLATFORMIO_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.measure import Bench, Job, Result, RunRecord, Verdict
    from harness.report import SessionWriter


class RunSession:
    """What the items and fixtures of one pytest run share. Everything is made at its first use."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._benches: dict[str, Bench] = {}
        self._suite_runs: dict[tuple[Path, str], dict[str, RunRecord]] = defaultdict(dict)
        self._title_owners: dict[str, Path] = {}
        self._calls: Counter[str] = Counter()
        self.writer: SessionWriter | None = None  # once something was recorded
        self.suites_seen: set[str] = set()

    @functools.cached_property
    def selection(self) -> Selection:
        """Raises: pytest.UsageError: an option names something that does not exist."""
        return read_selection(self._config)

    def bench(self, board: Board) -> Bench:
        """The bench of `board`, one per run."""
        from harness.measure import Bench

        chosen = self.selection
        if board.name not in self._benches:
            self._benches[board.name] = Bench(board, chosen.engine, chosen.target, chosen.sanitize, chosen.timeout_s)
        return self._benches[board.name]

    def run_suite_model(self, suite: Suite, model: SuiteModel, board: Board) -> Result:
        """Run one variant of a suite on all its vectors, or on the first ones where `--vectors` says so."""
        from harness.measure import Job, Verdict, judge, load_suite_vectors
        from harness.model import read_model_file

        every = load_suite_vectors(suite.vectors)
        vectors = every.first(self.selection.vectors)
        runs = self._suite_runs[suite.path, board.name]

        def verdict(run: RunRecord) -> Verdict:
            runs[model.variant] = run
            if len(vectors) < len(every):
                return Verdict(f"bars not judged: {len(vectors)} of {len(every)} vectors")
            return judge(suite, model, run, runs)

        job = Job(
            self._suite_title(suite),
            model.variant,
            read_model_file(model.path),
            vectors,
            metric=suite.metric,
            repeats=self.selection.repeats,
            check=self.selection.check,
        )
        return self.run(self.bench(board), job, verdict)

    def _suite_title(self, suite: Suite) -> str:
        """The suite's name; its folder's path where another suite of this run has that name."""
        owner = self._title_owners.setdefault(suite.name, suite.path)
        return suite.name if owner == suite.path else os.path.relpath(suite.path.parent, self._config.rootpath)

    def run(self, bench: Bench, job: Job, verdict: Callable[[RunRecord], Verdict] | None = None) -> Result:
        """Run `job` with a progress bar and record it in the session."""
        from harness.measure import Verdict, run_model

        title = f"{job.suite} {job.variant} on {bench.board.name}"
        with vector_progress(self._config, title, len(job.vectors)) as advance:
            return run_model(bench, job, self._open_writer(), verdict or (lambda run: Verdict()), advance)

    def call_title(self, test: str) -> str:
        """What a model is called that the test `test` runs: a test may run several."""
        self._calls[test] += 1
        return test if self._calls[test] == 1 else f"{test} #{self._calls[test]}"

    def _open_writer(self) -> SessionWriter:
        from harness.report import create_session

        if self.writer is None:
            self.writer = create_session(
                self.selection.reports_dir,
                root=self._config.rootpath,
                command=["pytest", *map(str, self._config.invocation_params.args)],
                boards=self.selection.boards,
                tools={"platformio": PLATFORMIO_VERSION},
            )
        return self.writer


RUN_SESSION = pytest.StashKey[RunSession]()


def run_session(config: pytest.Config) -> RunSession:
    """The run session of this pytest run."""
    return config.stash[RUN_SESSION]
