"""The engine under fuzzing, briefly; `make fuzz` does it for as long as wanted."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from firmware.engine.native import OK, NativeEngine
from fuzz.campaign import build_fuzzer, fuzz
from fuzz.seeds import seed_models

from harness.model import read_model
from harness.model.support import supported_ops

SECONDS = 60


def test_the_engine_runs_every_seed(driver: Path) -> None:
    with NativeEngine(driver) as engine:
        for name, model in seed_models():
            run = engine.run(model)
            assert run.status == OK, f"{name}: {run.text}"


def test_the_seeds_have_every_op_on_every_type() -> None:
    """An op without a seed is reached by no mutation: add it to `fuzz.seeds`."""
    seeded: dict[str, set[str]] = defaultdict(set)
    for name, data in seed_models():
        model = read_model(data, name)
        for op in model.ops:
            seeded[op.name] |= {tensor.dtype for tensor in model.op_tensors((*op.inputs, *op.outputs))}
    missing = {name: op.types - seeded[name] for name, op in supported_ops("builtin").items()}
    assert not {name: types for name, types in missing.items() if types}


def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    assert fuzz(build_fuzzer(tmp_path), tmp_path, SECONDS) == 0
