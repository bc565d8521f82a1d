"""Engines compared with the official interpreter over the real link: in the native firmware, and on every core."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator

import pytest
from conformance.comparison import Conform, Tally, compare
from conformance.references import Interpreter

from harness.config import load_boards
from harness.link.client import Device
from harness.measure.bench import Bench
from harness.paths import shipped_boards_file

_TALLIES = pytest.StashKey[dict[str, Tally]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TALLIES] = defaultdict(Tally)


@pytest.fixture(scope="session")
def native_device() -> Iterator[Device]:
    """The firmware compiled for Linux, with address and undefined-behaviour sanitizers."""
    with Bench(load_boards([shipped_boards_file()])["native"], sanitize=True).start() as device:
        yield device


@pytest.fixture(scope="session")
def interpreter() -> Iterator[Interpreter]:
    started = Interpreter()
    yield started
    started.close()


@pytest.fixture(scope="session")
def conform(native_device: Device, interpreter: Interpreter, pytestconfig: pytest.Config) -> Conform:
    """`conform(model_bytes, vectors=None)`: assert that the device's outputs are the official interpreter's."""
    return functools.partial(compare, native_device, interpreter, pytestconfig.stash[_TALLIES]["builtin on native"])


@pytest.fixture(scope="session")
def tallies(pytestconfig: pytest.Config) -> dict[str, Tally]:
    """What is counted, by engine and board; the terminal summary shows it."""
    return pytestconfig.stash[_TALLIES]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for place, tally in config.stash[_TALLIES].items():
        terminalreporter.write_line(f"conformance of {place}: {tally}")
