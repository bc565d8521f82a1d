"""Processes of the native engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from firmware.engine.native import NativeEngine, compile_program


@pytest.fixture(scope="session")
def arithmetic(engine_objects: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_program("arithmetic.cpp", engine_objects, tmp_path_factory.mktemp("arithmetic"))


@pytest.fixture
def engine(driver: Path) -> Iterator[NativeEngine]:
    with NativeEngine(driver) as engine:
        yield engine
