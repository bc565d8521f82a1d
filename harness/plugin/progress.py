"""What is shown while a run goes on, past pytest's capturing: a progress bar, and what the rooms log."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator

import pytest


@contextlib.contextmanager
def vector_progress(config: pytest.Config, title: str, total: int) -> Iterator[Callable[[], None]]:
    """A function to call after each vector; it moves a bar where pytest writes to a terminal."""
    from rich.console import Console

    from harness.report.progress import progress_bar

    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not reporter.isatty:
        yield lambda: None
        return
    with (
        _uncaptured(config),
        progress_bar(Console(file=reporter._tw._file), title, total) as advance,
    ):
        yield advance


def show_log(config: pytest.Config) -> None:
    """Print what the harness logs in this run when it is logged, not where a test fails."""
    logger, handler = logging.getLogger("harness"), _TerminalHandler(config)
    logger.addHandler(handler)
    config.add_cleanup(lambda: logger.removeHandler(handler))


class _TerminalHandler(logging.Handler):
    def __init__(self, config: pytest.Config) -> None:
        super().__init__()
        self._config = config

    def emit(self, record: logging.LogRecord) -> None:
        with _uncaptured(self._config):
            print(f"\ntinyhil: {record.getMessage()}", file=sys.stderr)


def _uncaptured(config: pytest.Config) -> contextlib.AbstractContextManager[None]:
    capture = config.pluginmanager.get_plugin("capturemanager")
    return capture.global_and_fixture_disabled() if capture else contextlib.nullcontext()
