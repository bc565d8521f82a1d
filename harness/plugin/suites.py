"""`suite.toml` files as test items: one per board, engine and variant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.config import Board, Engine, Suite, SuiteModel, load_suite
from harness.config.toml import suggest
from harness.errors import ConfigError, HarnessError, NoFitError
from harness.plugin.properties import note_bench, note_figures
from harness.plugin.run_session import run_session


class MissedBarError(Exception):
    """A model ran and missed a bar of its suite.toml."""


class SuiteFile(pytest.File):
    """A `suite.toml`; its items come by board and engine, references before the variants that refer to them."""

    def collect(self) -> Iterator[pytest.Item]:
        session = run_session(self.config)
        name = self.path.parent.name
        session.suites_seen.add(name)
        if session.selection.suites and name not in session.selection.suites:
            return
        try:
            suite = load_suite(self.path)
            _check_must_fit(suite, session.selection.known_boards)
        except HarnessError as error:
            raise self.CollectError(str(error)) from None
        session.suite_title(suite)  # taken here, in an order that does not depend on which items run, and where
        for board, engine, setup in session.selection.setups():
            for model in suite.models.values():
                yield SuiteItem.from_parent(
                    self, name=f"{model.variant}[{setup}]", suite=suite, model=model, board=board, engine=engine
                )


def _check_must_fit(suite: Suite, known: frozenset[str]) -> None:
    """A misspelt board would never fail."""
    for model in suite.models.values():
        for name in model.must_fit:
            if name not in known:
                raise ConfigError(
                    f"{suite.path}: models.{model.variant}.must_fit: unknown board {name!r}",
                    f"use one of: {suggest(name, known)}",
                )


class SuiteItem(pytest.Item):
    """One variant of a suite on one board with one engine."""

    def __init__(self, *, suite: Suite, model: SuiteModel, board: Board, engine: Engine, **parent: Any) -> None:
        super().__init__(**parent)
        self.suite = suite
        self.model = model
        self.board = board
        self.engine = engine
        if model.engines and engine.name not in model.engines:
            self.add_marker(pytest.mark.skip(reason=f"{suite.name} {model.variant} is for {', '.join(model.engines)}"))

    def runtest(self) -> None:
        session = run_session(self.config)
        bench = session.bench(self.board, self.engine)
        note_bench(self, bench)
        try:
            result = session.run_suite_model(self, self.suite, self.model, bench)
        except NoFitError as error:
            if self.board.name in self.model.must_fit:
                raise
            pytest.skip(f"{self.suite.name} {self.model.variant} does not fit {self.board.name}: {error.reason}")
        note_figures(self, result.run)
        if result.run.outcome == "failed":
            raise MissedBarError(result.run.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, (HarnessError, MissedBarError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.suite.name} {self.name}"  # pytest asks a skipped item for a line
