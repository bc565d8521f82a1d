"""What the fuzzer starts from: small models with every op of the engine, and the suites' own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from firmware.engine.graphs import OneOp, elementwise_ops, int16_layers, layers
from support.mlperf import mlperf_folder
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
    yield "layers", layers()
    yield "int16_layers", int16_layers()
    for dtype in ("int8", "int16", "float32"):
        yield f"elementwise_ops-{dtype}", elementwise_ops(dtype)
    for dtype in ("int8", "float32"):
        yield f"moving_ops-{dtype}", _moving_ops(dtype)
    yield "small_cnn-int8", small_cnn("int8")
    yield "small_cnn-float32", small_cnn("float32")
    for path in _model_files():
        if path.stat().st_size <= MODEL_BYTES_MAX:
            yield path.stem, path.read_bytes()


def _moving_ops(dtype: str) -> bytes:
    """A chain of the ops that move values; a shape is computed beside it."""
    graph = OneOp(dtype, 1)
    b = graph.builder
    x = graph.activation([1, 2, 3, 4])

    def step(name: str, inputs: list[int], shape: list[int], **options: Any) -> int:
        output = graph.activation(shape, like=x)
        b.op(name, inputs, [output], **options)
        return output

    halves = [graph.activation([1, 2, 3, 2], like=x) for _ in range(2)]
    b.op("SPLIT", [graph.integers(3), x], halves, num_splits=2)
    y = step("CONCATENATION", halves[::-1], [1, 2, 3, 4], axis=-1)
    y = step("TRANSPOSE", [y, graph.integers([0, 2, 3, 1])], [1, 3, 4, 2])
    y = step("RESIZE_NEAREST_NEIGHBOR", [y, graph.integers([6, 4])], [1, 6, 4, 2], half_pixel_centers=True)
    constants = [graph.integers(values) for values in ([0, 5, 0, 0], [1, 0, 4, 2], [1, -2, 1, 1])]
    y = step("STRIDED_SLICE", [y, *constants], [1, 3, 4, 2], end_mask=2)
    y = step("EXPAND_DIMS", [y, graph.integers(1)], [1, 1, 3, 4, 2])
    y = step("SQUEEZE", [y], [3, 4, 2])
    step("PACK", [y, y], [3, 2, 4, 2], values_count=2, axis=1)
    b.op("SHAPE", [y], [b.tensor([3], "int32")])
    return b.build()


def _model_files() -> Iterator[Path]:
    if CHECKOUT:
        yield from sorted((CHECKOUT / "suites").glob("*/*.tflite"))
    if folder := mlperf_folder():
        yield from sorted(folder.glob("*.tflite"))
