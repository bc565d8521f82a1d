"""The engine under fuzzing, briefly; `make fuzz` does it for as long as wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware.engine.native import OK, NativeEngine, compile_engine, compile_program
from fuzz.campaign import build_fuzzer, fuzz
from fuzz.seeds import seed_models

SECONDS = 60


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("driver")
    return compile_program("driver.cpp", compile_engine(folder), folder)


def test_the_engine_runs_every_seed(driver: Path) -> None:
    with NativeEngine(driver) as engine:
        for name, model in seed_models():
            run = engine.run(model)
            assert run.status == OK, f"{name}: {run.text}"


def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    assert fuzz(build_fuzzer(tmp_path), tmp_path, SECONDS) == 0
