"""What the fuzzer starts from: small models with every op of the engine, and the suites' own."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

from firmware.engine.graphs import every_int16_op, every_op
from support.models import small_cnn

from harness.setup.checkout import CHECKOUT

MODEL_BYTES_MAX = 65536
_HEADER = struct.Struct("<HHI")  # tests/fuzz/fuzz_input.h
_ARENAS = [(16384, 0), (1024, 15360)]  # bytes of the first and the second part


def write_seeds(folder: Path) -> None:
    """One file for each model and arena."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in seed_models():
        for first, second in _ARENAS:
            (folder / f"{name}-{first}-{second}").write_bytes(_HEADER.pack(first, second, 1) + model)


def seed_models() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each model that is not too large to be mutated quickly."""
    yield "every_op", every_op()
    yield "every_int16_op", every_int16_op()
    yield "small_cnn-int8", small_cnn("int8")
    yield "small_cnn-float32", small_cnn("float32")
    for path in _model_files():
        if path.stat().st_size <= MODEL_BYTES_MAX:
            yield path.stem, path.read_bytes()


def _model_files() -> Iterator[Path]:
    if CHECKOUT:
        yield from sorted((CHECKOUT / "suites").glob("*/*.tflite"))
    if folder := os.environ.get("TINYHIL_MLPERF_DIR"):
        yield from sorted(Path(folder).glob("*.tflite"))
