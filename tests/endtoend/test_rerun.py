"""An alarm of noise that was planted does not stand after a re-run on a rehearsed desk, one of a real slowdown does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from support.git import git
from support.stand_in_desk import stand_in_desk

from harness.config import load_boards
from harness.paths import shipped_boards_file
from harness.standin.desk import Desk

REPOSITORY = shipped_boards_file().parent
# Of an emulator on a busy computer: it may well take three times as long the next time.
SETTINGS = """
[tool.pytest.ini_options]
testpaths = ["suites"]
[tool.tinyhil.compare]
floor = 9.0
"""
NOISE = 1000.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk beside a repository of the digits suite."""
    shutil.copytree(REPOSITORY / "suites" / "digits", tmp_path / "suites" / "digits")
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / ".gitignore").write_text("/reports/\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message=Begin")
    with stand_in_desk(load_boards([shipped_boards_file()])["stm32l475"]) as desk:
        yield desk


def python(desk: Desk, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | desk.environment | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def with_times(session: Path, name: str, factor: float) -> str:
    """A copy of a session in which all took so many times as long."""
    copy = session.with_name(name)
    shutil.copytree(session, copy)
    for table in ("runs", "windows"):
        rows = parquet.read_table(copy / f"{table}.parquet")
        place = rows.column_names.index("latency_us")
        scaled: pa.ChunkedArray = pc.multiply(rows["latency_us"], factor)
        parquet.write_table(rows.set_column(place, "latency_us", scaled), copy / f"{table}.parquet")
    return name


def test_noise_does_not_stand_and_a_slowdown_does(desk: Desk, tmp_path: Path) -> None:
    run = ("--suite=digits", "-kint8", "--board=stm32l475", "--target=attached", f"--boards-file={desk.boards_file}")
    done = python(desk, tmp_path, "pytest", *run, "--vectors=4", "--repeat=7")
    assert done.returncode == 0, done.stdout + done.stderr
    (session,) = (tmp_path / "reports").iterdir()
    noisy = with_times(session, "noisy", NOISE)
    fast = with_times(session, "fast", 1 / NOISE)

    gate = ("harness", "compare", "--rerun", "--fail-on=regression")
    opened = python(desk, tmp_path, *gate, session.name, noisy)
    assert opened.returncode == 0, opened.stdout + opened.stderr
    assert "int8 on stm32l475 (attached) with builtin: latency_us: alarm did not stand after a re-run" in opened.stdout
    shut = python(desk, tmp_path, *gate, fast, session.name)
    assert shut.returncode == 1, shut.stdout + shut.stderr
    assert ": Mann-Whitney p = 0.0006; alarm stood after a re-run: " in shut.stderr
    assert len(list((tmp_path / "reports" / "reruns").iterdir())) == 2
