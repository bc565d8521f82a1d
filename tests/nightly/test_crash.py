"""A night that is killed, or told to end, goes on where it was. The processes are real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.night_session import native_run, write_session

from harness.config import Nightly
from harness.nightly.record import Nights

TESTS = Path(__file__).resolve().parents[1]
LIMIT_S = 60.0


@pytest.fixture
def project(nightly: Nightly) -> Path:
    """A folder in which nights are staged: the second cell never ends by itself."""
    for suite in ("digits", "words"):
        write_session(nightly.root / "templates" / f"{suite}-good", native_run(suite))
    text = nightly.path.read_text()
    nightly.path.write_text(text.replace("[nightly]", '[nightly]\narguments = ["-p", "support.staged_cells"]'))
    return nightly.root


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    """Starts `harness nightly` with options."""
    processes: list[subprocess.Popen[str]] = []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS), *sys.path])}
    pipe = subprocess.PIPE

    def begin(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "harness", "nightly", "suites.toml", *options]
        processes.append(subprocess.Popen(command, cwd=project, env=environment, stdout=pipe, stderr=pipe, text=True))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def starts(project: Path) -> list[tuple[str, int]]:
    """The cells that were started, and the processes that they ran in."""
    file = project / "starts"
    lines = file.read_text().splitlines() if file.exists() else []
    return [(suite, int(pid)) for suite, pid in map(str.split, lines)]


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists() or "(zombie)" in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 130)], ids=["killed", "terminated"]
)
def test_a_night_that_is_cut_off_goes_on_where_it_was(
    project: Path, start: Start, number: signal.Signals, code: int
) -> None:
    night = start()
    wait_for(lambda: len(starts(project)) == 2)
    other = start()
    assert f"another night is under way: process {night.pid}" in other.communicate()[1]
    assert other.returncode == 2
    night.send_signal(number)
    assert night.wait(LIMIT_S) == code
    wait_for(lambda: is_gone(starts(project)[1][1]))

    (project / "let_pass").touch()
    resumed = start("--resume")
    out, errors = resumed.communicate(timeout=LIMIT_S)
    assert (resumed.returncode, errors) == (0, "")
    assert "resumed: 1 cell ran before" in out
    assert [suite for suite, _ in starts(project)] == ["digits", "words", "words"]
    (found,) = Nights(project / "reports").read()
    assert (found.green, found.pushed, [record.outcome for record in found.cells]) == (True, True, ["passed", "passed"])
