"""What the fuzzer starts from: small models with every op of the engine, and the suites' own."""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.graph import Graph
from firmware.engine.graphs import elementwise_ops, int16_layers, layers
from support.mlperf import mlperf_folder
from support.models import small_cnn

from harness.setup.checkout import CHECKOUT

MODEL_BYTES_MAX = 65536
_HYBRID = "kws_ref_model_float32.tflite"  # MLPerf Tiny's; the engine refuses float activations with int8 weights
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
        yield f"weighted_ops-{dtype}", _weighted_ops(dtype)
    for dtype in ("int8", "int16", "int32", "int64", "float32"):
        yield f"moving_ops-{dtype}", _moving_ops(dtype)
    yield "small_cnn-int8", small_cnn("int8")
    yield "small_cnn-float32", small_cnn("float32")
    for path in _model_files():
        if path.stat().st_size <= MODEL_BYTES_MAX:
            yield path.stem, path.read_bytes()


def _weighted_ops(dtype: str) -> bytes:
    """The ops with filters, and some that go with them in networks."""
    graph = Graph(dtype)
    step = functools.partial(_step, graph)
    y = graph.values([1, 5, 5, 2])
    y = step("PAD", [y, graph.indices([[0, 0], [1, 0], [0, 1], [0, 0]])], [1, 6, 6, 2])
    fill = graph.values([1], data=[3])
    y = step("PADV2", [y, graph.indices([[0, 0], [0, 0], [0, 0], [0, 1]]), fill], [1, 6, 6, 3])
    y = step("CONV_2D", [y, graph.filters([4, 3, 3, 3], [0.01] * 4), graph.bias(4, [0.001] * 4, 99)], [1, 6, 6, 4])
    y = step("DEPTHWISE_CONV_2D", [y, graph.filters([1, 3, 3, 4], [0.01], axis=3)], [1, 6, 6, 4], dilation_w_factor=2)
    y = step("ADD", [y, y], [1, 6, 6, 4])
    step("MEAN", [y, graph.indices([1, 2])], [1, 4], options_type="ReducerOptions")
    y = step("AVERAGE_POOL_2D", [y], [1, 3, 3, 4], stride_h=2, stride_w=2, filter_height=3, filter_width=2)
    transposed = [graph.indices([1, 6, 6, 2]), graph.filters([2, 3, 3, 4], [0.01, 0.02]), y]
    y = step("TRANSPOSE_CONV", transposed, [1, 6, 6, 2], options_type="TransposeConvOptions", stride_h=2, stride_w=2)
    y = step("RESHAPE", [y], [1, 72])
    step("FULLY_CONNECTED", [y, graph.filters([3, 72], [0.01]), graph.bias(3, 0.001, 99)], [1, 3])
    return graph.builder.build()


def _moving_ops(dtype: str) -> bytes:
    """The ops that move values of this type; a shape is computed beside them."""
    graph = Graph(dtype)
    step = functools.partial(_step, graph)
    y = graph.values([1, 2, 3, 4])
    y = step("CONCATENATION", [y, y], [1, 2, 3, 8], axis=-1)
    y = step("SQUEEZE", [y], [2, 3, 8])
    y = step("PACK", [y, y], [2, 2, 3, 8], values_count=2, axis=1)
    graph.builder.op("SHAPE", [y], [graph.builder.tensor([4], "int32")])
    if dtype == "int64":
        return graph.builder.build()
    halves = [graph.values([1, 2, 3, 8]) for _ in range(2)]
    graph.builder.op("SPLIT", [graph.indices(0), y], halves, num_splits=2)
    constants = [graph.indices(values) for values in ([0, 1, 0, 0], [1, 0, 3, 6], [1, -2, 1, 1])]
    y = step("STRIDED_SLICE", [halves[1], *constants], [1, 1, 3, 6], end_mask=2)
    y = step("RESHAPE", [y], [1, 3, 3, 2])
    if dtype == "int32":
        return graph.builder.build()
    y = step("TRANSPOSE", [y, graph.indices([0, 2, 3, 1])], [1, 3, 2, 3])
    y = step("RESIZE_NEAREST_NEIGHBOR", [y, graph.indices([6, 4])], [1, 6, 4, 3], half_pixel_centers=True)
    step("EXPAND_DIMS", [y, graph.indices(1)], [1, 1, 6, 4, 3])
    return graph.builder.build()


def _step(graph: Graph, op: str, inputs: list[int], shape: list[int], **options: Any) -> int:
    output = graph.values(shape)
    graph.builder.op(op, inputs, [output], **options)
    return output


def _model_files() -> Iterator[Path]:
    if CHECKOUT:
        yield from sorted((CHECKOUT / "suites").glob("*/*.tflite"))
    if folder := mlperf_folder():
        yield from sorted(path for path in folder.glob("*.tflite") if path.name != _HYBRID)
