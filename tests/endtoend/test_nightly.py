"""Two nights of two suites, on this computer and on an emulated board: the second one finds what became worse."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from two_commits import spoil

from harness.nightly.record import Nights

from .conftest import REPOSITORY

FILE = """
[nightly]
budget = "20min"
timeout = "5min"
store = "share"
arguments = ["--vectors=20"]
[matrix]
boards = ["native", "stm32l475"]
suites = ["suites/digits", "suites/vibration"]
engines = ["builtin"]
[[exclude]]
suite = "digits"
board = "native"
[[exclude]]
suite = "vibration"
board = "stm32l475"
"""


def run_night(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness", "nightly", str(project / "suites.toml")]
    options = [f"--reports-dir={project / 'reports'}"]
    return subprocess.run(
        [*command, *options], cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_night_that_is_worse_than_the_green_one_is_red_and_says_why(tmp_path: Path) -> None:
    for suite in ("digits", "vibration"):
        shutil.copytree(REPOSITORY / "suites" / suite, tmp_path / "suites" / suite)
    (tmp_path / "suites.toml").write_text(FILE)
    (tmp_path / "share").mkdir()
    green = run_night(tmp_path)
    assert green.returncode == 0, green.stdout + green.stderr
    assert "2 sessions in " in green.stdout and "marked green" in green.stdout

    spoil(tmp_path / "suites" / "digits" / "digits_int8.tflite")
    red = run_night(tmp_path)
    assert red.returncode == 1, red.stdout + red.stderr
    first, second = Nights(tmp_path / "reports").read()
    assert [(record.title, record.why) for record in second.cells] == [
        ("digits on stm32l475 with builtin", "changed: suite"),
        ("vibration on native with builtin", "ran last night"),
    ]
    assert [record.good for record in second.cells] == [False, True]
    assert (first.green, second.green) == (True, False)
    summary = (tmp_path / "reports" / "nightly" / second.id / "summary.md").read_text()
    assert "digits int8 on stm32l475 (emulated) with builtin: accuracy" in summary
    assert "another model" in summary
