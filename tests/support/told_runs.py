"""Repositories whose commits say themselves what a run of them gives: a stand-in for pytest reads it from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from support.git import git
from support.session_records import metered_run, run_record, window_record

import harness
from harness.history import Question
from harness.measure.records import Provenance, Quantity, RunRecord, WindowRecord
from harness.report import create_session

_RUN = "run.json"
_WINDOWS = "windows.json"
_STAND_IN = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(harness.__file__).parents[1])!r})
import msgspec
from harness.measure.records import RunRecord, WindowRecord
from harness.report import create_session

if Path("behave.py").exists():
    exec(Path("behave.py").read_text())
if not Path("{_RUN}").exists():
    sys.exit("ERROR: nothing runs here")
reports = next(word.partition("=")[2] for word in sys.argv if word.startswith("--reports-dir="))
session = create_session(Path(reports), root=Path.cwd(), command=["pytest", *sys.argv[1:]])
session.add_run(msgspec.json.decode(Path("{_RUN}").read_bytes(), type=RunRecord))
for window in msgspec.json.decode(Path("{_WINDOWS}").read_bytes(), type=list[WindowRecord]):
    session.add_window(window)
session.finish("passed")
"""


def question(**changes: object) -> Question:
    """Of the instructions of `run_record`."""
    fields = {"metric": "instructions", "suite": "digits", "variant": "float32", "board": "stm32l475"}
    return msgspec.convert({**fields, "target": "emulated", "engine": "builtin", **changes}, Question)


def make_project(folder: Path) -> Path:
    """A repository without a commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "pytest.py").write_text(_STAND_IN)
    (folder / ".gitignore").write_text("/reports/\n")
    return folder


def counting(instructions: int, **changes: object) -> RunRecord:
    """A run of that many instructions."""
    return run_record(instructions=Quantity(instructions, Provenance.EMULATED), **changes)


def commit_run(
    project: Path, run: RunRecord | None, windows: Iterable[WindowRecord] = (), behaviour: str | None = None
) -> str:
    """Commit what a run gives; returns the commit's hash.

    Args:
        run: None: pytest fails before it comes to one.
        behaviour: Python that the stand-in executes before.
    """
    files = {
        _RUN: None if run is None else msgspec.json.encode(run),
        _WINDOWS: msgspec.json.encode(list(windows)),
        "behave.py": None if behaviour is None else behaviour.encode(),
    }
    for name, content in files.items():
        (project / name).unlink(missing_ok=True)
        if content is not None:
            (project / name).write_bytes(content)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message=told")
    return git(project, "rev-parse", "HEAD")


def timed_run(latency_us: float) -> tuple[RunRecord, list[WindowRecord]]:
    """A run on an attached board, and its ten windows."""
    run = metered_run(run_record(), latency_us, 10.0)
    return run, [
        window_record(run, number, latency_us=Quantity(latency_us + number, Provenance.MEASURED))
        for number in range(10)
    ]


def record_session(project: Path, run: RunRecord, *options: str, windows: Iterable[WindowRecord] = ()) -> Path:
    """The session of a run of what is checked out."""
    session = create_session(project / "reports", root=project, command=["pytest", *options])
    session.add_run(run)
    for window in windows:
        session.add_window(window)
    session.finish("passed")
    return session.path
