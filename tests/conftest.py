"""Hypothesis: the same examples in every run, and no deadlines on a shared machine. The engine, compiled once. And
what the conformance tests compared, whichever process compared it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conformance.tally import send_tallies, take_tallies, tallies_of
from firmware.engine.native import compile_engine, compile_program
from hypothesis import HealthCheck, settings

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
def engine_objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The object files of the `builtin` engine for this computer."""
    return compile_engine(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def driver(engine_objects: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that runs models with it."""
    return compile_program("driver.cpp", engine_objects, tmp_path_factory.mktemp("driver"))
