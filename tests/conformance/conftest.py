"""Engines compared with the official interpreter over the real link: in the native firmware, and on every core."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from conformance.comparison import Conform, compare
from conformance.references import Interpreter
from conformance.tally import Tally, tallies_of

from harness.config import load_boards
from harness.link.client import Device
from harness.measure.bench import Bench
from harness.paths import shipped_boards_file


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
def conform(native_device: Device, interpreter: Interpreter, tallies: dict[str, Tally]) -> Conform:
    """`conform(model_bytes, vectors=None)`: assert that the device's outputs are the official interpreter's."""
    return functools.partial(compare, native_device, interpreter, tallies["builtin on native"])


@pytest.fixture(scope="session")
def tallies(pytestconfig: pytest.Config) -> dict[str, Tally]:
    """What is counted, by engine and board; the terminal summary shows it."""
    return tallies_of(pytestconfig)
