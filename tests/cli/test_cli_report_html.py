"""`harness report html` and `harness report serve`, on sessions that nobody ran."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from synthetic_sessions import write_sessions

Harness = Callable[..., Any]


@pytest.fixture(autouse=True)
def reports(tmp_path: Path) -> Path:
    """Two sessions, in the folder where the command looks for them."""
    write_sessions(tmp_path / "reports", 2)
    return tmp_path / "reports"


def test_the_newest_session_becomes_a_file_of_its_name(harness: Harness, reports: Path, tmp_path: Path) -> None:
    done = harness("report", "html")
    (file,) = tmp_path.glob("*.html")
    newest = max(path.name for path in reports.iterdir() if path.is_dir())
    assert (done.code, file.stem) == (0, newest)
    assert done.out == f"{file.name}: {file.stat().st_size:,} bytes\n"
    assert f"<title>{newest}</title>" in file.read_text("utf-8")


def test_a_file_that_cannot_be_written_is_named(harness: Harness) -> None:
    done = harness("report", "html", "--output=nowhere/report.html")
    assert done.code == 2
    assert "nowhere/report.html: No such file or directory" in done.err


def test_serving_ends_at_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "harness", "report", "serve", "--port=0"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[2]
            with urllib.request.urlopen(url, timeout=60) as answer:
                assert b"<h1>Sessions</h1>" in answer.read()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()


def test_what_is_malformed_in_a_session_is_named_and_left_out(harness: Harness, reports: Path, tmp_path: Path) -> None:
    folder = max(path for path in reports.iterdir() if path.is_dir())
    table = parquet.read_table(folder / "runs.parquet")
    column = pa.array(['{"load": '] * len(table))
    spoiled = table.set_column(table.column_names.index("cycles_by_class"), "cycles_by_class", column)
    parquet.write_table(spoiled, folder / "runs.parquet")
    done = harness("report", "html")
    assert done.code == 1
    assert done.err.startswith(f"{folder.name}: table runs, cycles_by_class of ")
    assert (tmp_path / f"{folder.name}.html").stat().st_size > 10_000
    done = harness("report")
    assert (done.code, "table runs, cycles_by_class of" in done.out) == (1, True)
