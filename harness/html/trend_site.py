"""Trends as a folder of pages, for a CI to publish: an index, and a page for each board."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from harness.errors import ReportError
from harness.history.trend import Trend
from harness.history.trend_text import answer
from harness.html.page import render
from harness.html.trend_runs import run_trends

INDEX = "index.html"
MOST_STEPS = 100  # in the table of the index


def write_site(trend: Trend, folder: Path) -> Path:
    """Write the pages into `folder`, which is made where it is missing; returns the index.

    A session's report `<id>.html` that lies there already is linked.

    Raises:
        ReportError: a file cannot be written.
    """
    boards = list(dict.fromkeys(run.board for run in sorted(trend.runs)))
    files = dict(zip(boards, _file_names(boards), strict=True))
    of_boards = {board: _of_board(trend, board) for board in boards}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        links = _session_links(trend, folder)
        for board, of_board in of_boards.items():
            runs = run_trends(of_board)
            page = render("trend_board.html", board=board, answer=answer(of_board), runs=runs, links=links)
            (folder / files[board]).write_text(page, "utf-8", "replace")
        page = render(
            "trend_index.html",
            answer=answer(trend),
            trend=trend,
            boards=[(board, files[board], of_boards[board], answer(of_boards[board])) for board in boards],
            files=files,
            steps=trend.newest(MOST_STEPS),
            links=links,
        )
        (folder / INDEX).write_text(page, "utf-8", "replace")
    except OSError as error:
        raise ReportError(f"{folder}: {error.strerror or error}", "give a folder that can be written") from None
    return folder / INDEX


def _of_board(trend: Trend, board: str) -> Trend:
    return trend.of(lambda series: series.run.board == board)


def _file_names(boards: Sequence[str]) -> list[str]:
    """A name for the page of each board that any file system and any URL takes."""
    words = [re.sub(r"[^a-z0-9.-]+", "-", board.lower())[:80] for board in boards]
    return [
        f"board-{word}.html" if words.index(word) == number else f"board-{word}_{number}.html"  # no word has a "_"
        for number, word in enumerate(words)
    ]


def _session_links(trend: Trend, folder: Path) -> Mapping[str, str]:
    """The reports in the folder, by their sessions' ids."""
    there = {path.name for path in folder.iterdir()}
    ids = (summary.id for of_commit in trend.timeline.sessions.values() for summary in of_commit)
    return {id_: quote(f"{id_}.html") for id_ in ids if f"{id_}.html" in there}
