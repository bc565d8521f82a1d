"""`suite.toml` files as test items: one per board and variant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.config import Board, Suite, SuiteModel, load_suite
from harness.errors import HarnessError
from harness.plugin.run_session import run_session

if TYPE_CHECKING:
    from harness.measure import Result


class MissedBarError(Exception):
    """A model ran and missed a bar of its suite.toml."""


class SuiteFile(pytest.File):
    """A `suite.toml`; its items come board by board, references before the variants that refer to them."""

    def collect(self) -> Iterator[pytest.Item]:
        session = run_session(self.config)
        name = self.path.parent.name
        session.suites_seen.add(name)
        if session.selection.suites and name not in session.selection.suites:
            return
        try:
            suite = load_suite(self.path)
        except HarnessError as error:
            raise self.CollectError(str(error)) from None
        for board in session.selection.boards:
            for model in suite.models.values():
                yield SuiteItem.from_parent(
                    self, name=f"{model.variant}[{board.name}]", suite=suite, model=model, board=board
                )


class SuiteItem(pytest.Item):
    """One variant of a suite on one board."""

    def __init__(self, *, suite: Suite, model: SuiteModel, board: Board, **parent: Any) -> None:
        super().__init__(**parent)
        self.suite = suite
        self.model = model
        self.board = board

    def runtest(self) -> None:
        result = run_session(self.config).run_suite_model(self.suite, self.model, self.board)
        self._note(result)
        if result.run.outcome == "failed":
            raise MissedBarError(result.run.message)

    def _note(self, result: Result) -> None:
        """The figures as JUnit properties."""
        for field in (result.run.metric, "instructions", "latency_us", "arena_bytes", "model_bytes"):
            quantity = getattr(result.run, field)
            if quantity is not None:
                self.user_properties.append((field, f"{quantity.value} ({quantity.provenance})"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, (HarnessError, MissedBarError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.suite.name} {self.name}"
