"""pytest as a child that makes one run: what makes it run that alone, and what it says where it comes to none."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.history.sides import RunId
from harness.processes import run_group

_QUIET = ("--quiet", "--tb=short", "-pno:cacheprovider")
_NOTHING_COLLECTED = 5  # pytest's exit code
_ERROR_LINE = re.compile(r"(?:ERROR: |E +)(?P<text>.+)")
_DECORATION = re.compile(r"[=_!.]{3}|\s+fix: |[.FEsx]+ *\[|$")


def selecting(run: RunId) -> list[str]:
    """What makes pytest run this and nothing else."""
    return [
        f"--suite={run.suite}",
        f"-k{run.variant}[{run.board}]",
        f"--board={run.board}",
        f"--target={run.target}",
        f"--engine={run.engine}",
    ]


def run_pytest(
    arguments: Sequence[str], project: Path, reports_dir: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """In the folder `project` and this Python environment; sessions go to `reports_dir`."""
    return run_group(
        [sys.executable, "-m", "pytest", *_QUIET, f"--reports-dir={reports_dir.resolve()}", *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def complaint(run: RunId, done: subprocess.CompletedProcess[bytes]) -> str:
    """Why pytest came to no run, by what it printed."""
    if done.returncode == _NOTHING_COLLECTED:
        return f"no variant {run.variant} of a suite {run.suite}"
    lines = (done.stdout or b"").decode(errors="replace").splitlines()
    errors = (match["text"] for match in map(_ERROR_LINE.match, lines) if match)
    plain = (line for line in lines if not _DECORATION.match(line))
    return next(errors, "") or next(plain, f"pytest ended with {done.returncode}")
