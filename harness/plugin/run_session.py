"""One pytest run: its benches, its vectors, and the session folder that its records go to."""

from __future__ import annotations

import contextlib
import functools
import os
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.config import Board, Engine, Suite, SuiteModel
from harness.plugin.options import Selection, read_selection
from harness.plugin.progress import vector_progress
from harness.plugin.workers import is_worker, worker_part
from harness.setup import PLATFORMIO_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.measure import Bench, Job, Reference, Result, RunRecord, Sink, Verdict
    from harness.report import SessionWriter
    from harness.report.session import Outcome


class RunSession:
    """What the items and fixtures of one pytest run share. Everything is made at its first use."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._benches: dict[tuple[str, str], Bench] = {}
        self._suite_runs: dict[tuple[Path, str, str], dict[str, RunRecord]] = defaultdict(dict)
        self._references: dict[tuple[str, ...], Reference] = {}
        self._title_owners: dict[str, Path] = {}
        self._calls: Counter[tuple[str, str]] = Counter()
        self.writer: SessionWriter | None = None  # once something was recorded
        self.suites_seen: set[str] = set()

    @functools.cached_property
    def selection(self) -> Selection:
        """Raises: pytest.UsageError: an option names something that does not exist."""
        return read_selection(self._config)

    def bench(self, board: Board, engine: Engine) -> Bench:
        """The bench of `board` with `engine`, one per run."""
        from harness.measure import Bench

        chosen = self.selection
        key = board.name, engine.name
        if key not in self._benches:
            place = chosen.place_of(board)
            self._benches[key] = Bench(
                board,
                engine.name,
                place.kind,
                chosen.sanitize,
                chosen.timeout_s,
                engine.chosen_by,
                place.instance,
                place.farm,
                chosen.shards,
            )
        return self._benches[key]

    def run_suite_model(self, item: pytest.Item, suite: Suite, model: SuiteModel, bench: Bench) -> Result:
        """Run the variant that `item` stands for on all vectors of its suite, or on the first that `--vectors` says."""
        from harness.measure import Job, Verdict, judge, load_suite_vectors
        from harness.model import read_model_file

        every = load_suite_vectors(suite.vectors)
        vectors = every.first(self.selection.vectors)
        runs = self._suite_runs[suite.path, bench.board.name, bench.engine]

        def verdict(run: RunRecord) -> Verdict:
            if len(vectors) < len(every):
                return Verdict(f"bars not judged: {len(vectors)} of {len(every)} vectors")
            return judge(suite, model, run, runs)

        job = Job(
            self.suite_title(suite),
            model.variant,
            read_model_file(model.path),
            vectors,
            metric=suite.metric,
            repeats=self.selection.repeats,
            check=self.selection.check,
        )
        result = self.run(item, bench, job, verdict)
        runs[model.variant] = result.run  # also one that failed before it came to the bars
        return result

    def suite_title(self, suite: Suite) -> str:
        """The suite's name; its folder's path where another suite, seen before, has that name."""
        owner = self._title_owners.setdefault(suite.name, suite.path)
        return suite.name if owner == suite.path else os.path.relpath(suite.path.parent, self._config.rootpath)

    def run(
        self, item: pytest.Item, bench: Bench, job: Job, verdict: Callable[[RunRecord], Verdict] | None = None
    ) -> Result:
        """Run `job` with a progress bar, hold it against another engine's run of it, record it in the session."""
        from harness.measure import Reference, Verdict, run_model

        title = f"{job.suite} {job.variant} on {bench.board.name} with {bench.engine}"
        same_work = job.suite, job.variant, bench.board.name, job.model.sha256, job.vectors.sha256
        reference = self._references.get(same_work)
        if reference is not None and reference.engine != bench.engine:
            job = replace(job, reference=reference)
        with vector_progress(self._config, title, len(job.vectors)) as advance, self._sink(item) as sink:
            result = run_model(bench, job, sink, verdict or (lambda run: Verdict()), advance)
        self._references.setdefault(same_work, Reference(bench.engine, result.answers))
        return result

    def call_title(self, test: str, bench: Bench) -> str:
        """What a model is called that the test `test` runs: the same with every engine. A test may run several."""
        title = test.replace(f"{bench.board.name}-{bench.engine}", bench.board.name)
        self._calls[title, bench.engine] += 1
        count = self._calls[title, bench.engine]
        return title if count == 1 else f"{title} #{count}"

    @contextlib.contextmanager
    def _sink(self, item: pytest.Item) -> Iterator[Sink]:
        """Where the records of a run go that `item` starts."""
        if is_worker(self._config):
            with worker_part(item) as part:
                yield part
        else:
            yield self.open_writer()

    def open_writer(self) -> SessionWriter:
        """The session's writer; its folder is made at the first use.

        Raises:
            ReportError: it cannot be written.
        """
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

    def close_benches(self) -> None:
        """Stop what rests on them: others may wait for a place of a farm."""
        for bench in self._benches.values():
            bench.close()

    def close_writer(self, outcome: Outcome) -> None:
        """Finish the session; one in which nothing was recorded leaves nothing.

        Raises:
            ReportError: it cannot be written.
        """
        if self.writer is None:
            return
        if self.writer.is_empty():
            self.writer.discard()
            self.writer = None
        else:
            self.writer.finish(outcome)


RUN_SESSION = pytest.StashKey[RunSession]()


def run_session(config: pytest.Config) -> RunSession:
    """The run session of this pytest run."""
    return config.stash[RUN_SESSION]
