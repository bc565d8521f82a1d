"""A progress bar while vectors stream."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextlib.contextmanager
def progress_bar(console: Console, title: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar that is gone when the block ends; the function given moves it one step. Nothing where no terminal is.

    Until the first step the firmware is built and loaded, for minutes where TensorFlow Lite Micro is compiled: the bar
    says so, and the time that passes shows that it goes on.
    """
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"preparing {title}", total=total)
        yield lambda: progress.update(task, description=title, advance=1)
