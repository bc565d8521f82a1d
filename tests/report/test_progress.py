"""The bar that a terminal shows while a model is prepared and run."""

from __future__ import annotations

import io

from rich.console import Console

from harness.report.progress import progress_bar


def written(steps: int, console: Console) -> str:
    """All that a bar of 3 steps writes when it has made `steps`."""
    with progress_bar(console, "digits on stm32l475", 3) as advance:
        for _ in range(steps):
            advance()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def screen() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, no_color=True, width=80)


def test_before_the_first_vector_the_bar_says_that_it_prepares() -> None:
    text = written(0, screen())
    assert "preparing digits on stm32l475" in text
    assert "0/3" in text


def test_from_the_first_vector_on_it_says_what_runs() -> None:
    last_line = written(3, screen()).rpartition("digits on stm32l475")
    assert not last_line[0].endswith("preparing ")
    assert "3/3" in last_line[2]


def test_a_file_gets_nothing() -> None:
    assert written(3, Console(file=io.StringIO())) == ""
