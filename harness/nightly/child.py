"""One cell: pytest in a process of its own, which is ended when it takes too long, and with this one."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

from harness.config import Nightly
from harness.nightly.plan import Cell
from harness.nightly.record import writing
from harness.processes import end_group, start_group
from harness.report.store import SESSION_FILE

GRACE_S = 30.0  # for a run that is to end: targets are stopped, places freed, the session is finished


def run_cell(nightly: Nightly, cell: Cell, scratch: Path, log: Path) -> int | None:
    """Run a cell to its end: pytest's exit code, None where it hung and was ended.

    Args:
        scratch: a folder for its session alone.
        log: gets what it prints.

    Raises:
        ReportError: the log cannot be written.
    """
    with writing(log.parent):
        output = log.open("wb")
    with output:
        child = start_group(
            command(nightly, cell, scratch),
            cwd=nightly.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            return child.wait(nightly.timeout_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(child)


def command(nightly: Nightly, cell: Cell, reports_dir: Path) -> list[str]:
    """What runs a cell."""
    (suite,) = (suite for suite in nightly.suites if suite.name == cell.suite)
    options = [
        f"--rootdir={nightly.root}",
        f"--board={cell.board}",
        f"--engine={cell.engine}",
        f"--target={nightly.target}",
        f"--reports-dir={reports_dir}",
        *(f"--boards-file={file}" for file in nightly.boards_files),
        *([f"--farm={nightly.farm}"] if nightly.farm else []),
        *nightly.arguments,
    ]
    return [sys.executable, "-m", "pytest", *options, str(suite.path)]


def session_in(scratch: Path) -> Path | None:
    """The folder of the session that a child left in its folder."""
    return next((file.parent for file in scratch.glob(f"*/{SESSION_FILE}")), None)


def last_words(log: Path) -> str:
    """The last line of a log that says something."""
    with contextlib.suppress(OSError):
        lines = [line.strip(" =") for line in log.read_text("utf-8", errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")
    return ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """First as Ctrl-C does, then by force."""
    try:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(GRACE_S)
    finally:
        end_group(child)
