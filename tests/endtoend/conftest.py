"""The digits suite on emulated boards, with nothing left out but the silicon."""

from __future__ import annotations

import pytest

from harness.config import Suite, boards_files, load_boards, load_suite
from harness.measure import Bench, LayerRecord, RunRecord, TraceRecord, VectorRecord, WindowRecord
from harness.paths import shipped_boards_file

REPOSITORY = shipped_boards_file().parent


class Collector:
    """A sink that keeps everything in lists."""

    def __init__(self) -> None:
        self.vectors: list[VectorRecord] = []
        self.windows: list[WindowRecord] = []
        self.traces: list[TraceRecord] = []
        self.layers: list[LayerRecord] = []
        self.runs: list[RunRecord] = []

    def add_vector(self, record: VectorRecord) -> None:
        self.vectors.append(record)

    def add_window(self, record: WindowRecord) -> None:
        self.windows.append(record)

    def add_trace(self, record: TraceRecord) -> None:
        self.traces.append(record)

    def add_layer(self, record: LayerRecord) -> None:
        self.layers.append(record)

    def add_run(self, record: RunRecord) -> None:
        self.runs.append(record)


@pytest.fixture
def sink() -> Collector:
    return Collector()


@pytest.fixture(scope="session")
def digits() -> Suite:
    return load_suite(REPOSITORY / "suites" / "digits" / "suite.toml")


@pytest.fixture(scope="session")
def stm32l475() -> Bench:
    return Bench(load_boards(boards_files(REPOSITORY))["stm32l475"])
