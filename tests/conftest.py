"""Hypothesis: the same examples in every run, and no deadlines on a shared machine. And the engine, compiled once."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware.engine.native import compile_engine, compile_program
from hypothesis import HealthCheck, settings

settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def engine_objects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The object files of the `builtin` engine for this computer."""
    return compile_engine(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def driver(engine_objects: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that runs models with it."""
    return compile_program("driver.cpp", engine_objects, tmp_path_factory.mktemp("driver"))
