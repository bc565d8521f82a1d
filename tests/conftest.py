"""Hypothesis: the same examples in every run, and no deadlines on a shared machine. The engine, compiled once. Other
Python processes. And what the conformance tests compared, whichever process compared it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conformance.tally import send_tallies, take_tallies, tallies_of
from firmware.engine.native import compile_engine, compile_program
from hypothesis import HealthCheck, settings

from harness.config import Board, load_boards
from harness.paths import shipped_boards_file

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


def pytest_sessionfinish(session: pytest.Session) -> None:
    send_tallies(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    take_tallies(node.config, getattr(node, "workeroutput", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for place, tally in sorted(tallies_of(config).items()):
        terminalreporter.write_line(f"conformance of {place}: {tally}")


@pytest.fixture(scope="session")
def boards() -> dict[str, Board]:
    """Those that come with the harness."""
    return load_boards([shipped_boards_file()])


@pytest.fixture(scope="session")
def engine_objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The object files of the `builtin` engine for this computer."""
    return compile_engine(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def driver(engine_objects: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that runs models with it."""
    return compile_program("driver.cpp", engine_objects, tmp_path_factory.mktemp("driver"))


@pytest.fixture
def start_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `python -c code arguments…` with pipes; what still runs at the end of the test is killed."""
    processes: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: Path) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", code, *map(str, arguments)]
        pipe = subprocess.PIPE
        processes.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()
