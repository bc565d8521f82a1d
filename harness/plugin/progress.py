"""Pytest's terminal for a progress bar."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest


@contextlib.contextmanager
def vector_progress(config: pytest.Config, title: str, total: int) -> Iterator[Callable[[], None]]:
    """A function to call after each vector; it moves a bar where pytest writes to a terminal."""
    from rich.console import Console

    from harness.report.progress import progress_bar

    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if reporter is None or not reporter.isatty:
        yield lambda: None
        return
    with (
        capture.global_and_fixture_disabled() if capture else contextlib.nullcontext(),
        progress_bar(Console(file=reporter._tw._file), title, total) as advance,
    ):
        yield advance
