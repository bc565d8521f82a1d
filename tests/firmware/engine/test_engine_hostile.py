"""No model makes the engine fault, hang or touch memory that is not its own: it runs, or says what is wrong.

The driver is compiled with AddressSanitizer and UndefinedBehaviorSanitizer, and its models and arenas have exactly the
size that the engine is told; `NativeEngine.run` raises where it dies.
"""

from __future__ import annotations

import struct

import numpy as np
import pytest
from firmware.engine.graphs import OneOp, elementwise_ops, int16_layers, layers
from firmware.engine.native import ARENA_TOO_SMALL, BAD_MODEL, OK, UNSUPPORTED, NativeEngine
from support.tflite_builder import NO_TENSOR, TfliteBuilder, pack

ARENA_BYTES = 1 << 15  # bounds the work that a mutated model can ask for
ANSWERS = {OK, BAD_MODEL, UNSUPPORTED, ARENA_TOO_SMALL}
VECTOR = bytes(range(72))
# Sizes, signs and offsets go wrong near these.
SPECIAL_WORDS = [0, 1, 2, 3, 4, 8, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7F800000, 0x7FC00000]
SPECIAL_WORDS += [0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF, 0x40000000, 0x20000001]


@pytest.fixture(scope="module")
def model() -> bytes:
    return layers()


def test_the_model_runs_before_it_is_mutated(engine: NativeEngine, model: bytes) -> None:
    run = engine.run(model, VECTOR, ARENA_BYTES)
    assert (run.status, run.observed_ops) == (OK, 13)


@pytest.mark.parametrize("dtype", ["float32", "int8", "int16"])
def test_elementwise_ops_run(engine: NativeEngine, dtype: str) -> None:
    assert engine.run(elementwise_ops(dtype), VECTOR, ARENA_BYTES).status == OK


def test_truncation_at_every_length(engine: NativeEngine, model: bytes) -> None:
    for size in range(len(model)):
        assert engine.run(model[:size], VECTOR, ARENA_BYTES).status in ANSWERS, size


@pytest.mark.parametrize("model", [layers(), int16_layers(), elementwise_ops("int8")], ids=["int8", "int16", "chain"])
def test_every_byte_flipped(engine: NativeEngine, model: bytes) -> None:
    """One bit of each byte, and all bits of it."""
    statuses = set()
    for position in range(len(model)):
        for flip in (1 << position % 8, 0xFF):
            mutated = bytearray(model)
            mutated[position] ^= flip
            statuses.add(engine.run(bytes(mutated), VECTOR, ARENA_BYTES).status)
    assert statuses <= ANSWERS
    assert {OK, BAD_MODEL, UNSUPPORTED} <= statuses


def test_special_words_everywhere(engine: NativeEngine, model: bytes) -> None:
    rng = np.random.default_rng(0)
    for position in range(0, len(model) - 3, 4):
        for word in rng.choice(SPECIAL_WORDS, 8, replace=False):
            mutated = model[:position] + struct.pack("<I", word) + model[position + 4 :]
            assert engine.run(mutated, VECTOR, ARENA_BYTES).status in ANSWERS, (position, word)


def test_many_words_at_once(engine: NativeEngine, model: bytes) -> None:
    rng = np.random.default_rng(0)
    for case in range(5000):
        mutated = bytearray(model)
        for position in rng.integers(0, len(model) - 4, int(rng.integers(2, 12))):
            word = int(rng.choice(SPECIAL_WORDS)) if rng.random() < 0.5 else int(rng.integers(0, len(model)))
            mutated[position : position + 4] = struct.pack("<I", word)
        assert engine.run(bytes(mutated), VECTOR, ARENA_BYTES).status in ANSWERS, case


def test_random_bytes(engine: NativeEngine) -> None:
    rng = np.random.default_rng(0)
    for size in range(300):
        body = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
        assert engine.run(body, b"", ARENA_BYTES).status == BAD_MODEL
        assert engine.run(body[:4] + b"TFL3" + body[8:], b"", ARENA_BYTES).status in {BAD_MODEL, UNSUPPORTED}


def conv(**changes: object) -> bytes:
    """A convolution of 1x4x4x1 by 3x3 whose options or quantization are changed."""
    b = TfliteBuilder()
    options = {"padding": "SAME"} | {k: v for k, v in changes.items() if k not in {"scale", "zero_point", "output"}}
    x = b.tensor([1, 4, 4, 1], "int8", scale=changes.get("scale", 0.1), zero_point=changes.get("zero_point", 0))
    w = b.tensor([1, 3, 3, 1], "int8", scale=0.1, data=np.ones(9))
    y = b.tensor(changes.get("output", [1, 4, 4, 1]), "int8", scale=0.1)
    b.op("CONV_2D", [x, w], [y], **options)
    return b.build()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, OK),
        ({"stride_w": 0}, BAD_MODEL),
        ({"stride_h": -1}, BAD_MODEL),
        ({"dilation_w_factor": 0}, BAD_MODEL),
        ({"dilation_h_factor": 2**31 - 1}, UNSUPPORTED),
        ({"dilation_h_factor": 2**20}, OK),
        ({"padding": 2}, BAD_MODEL),
        ({"fused_activation_function": "TANH"}, UNSUPPORTED),
        ({"scale": float("nan")}, BAD_MODEL),
        ({"scale": float("inf")}, BAD_MODEL),
        ({"scale": 0.0}, BAD_MODEL),
        ({"scale": -0.1}, BAD_MODEL),
        ({"scale": 1e30}, UNSUPPORTED),
        ({"scale": 1e-30}, OK),
        ({"zero_point": 128}, BAD_MODEL),
        ({"zero_point": -(2**63)}, BAD_MODEL),
        ({"scale": [0.1, 0.2]}, UNSUPPORTED),
        ({"output": [1, 4, 4, 2]}, BAD_MODEL),
        ({"output": [1, 5, 4, 1]}, BAD_MODEL),
        ({"output": [2, 4, 4, 1]}, BAD_MODEL),
        ({"output": [1, 4, 4]}, BAD_MODEL),
        ({"output": [1, 4, 4, -1]}, UNSUPPORTED),
        ({"output": [1, 4, 4, 0]}, BAD_MODEL),
        ({"output": [65536, 65536, 65536, 65536]}, BAD_MODEL),
        ({"output": [1] * 7}, UNSUPPORTED),
    ],
)
def test_wrong_options_and_tensors(engine: NativeEngine, changes: dict[str, object], status: int) -> None:
    run = engine.run(conv(**changes), bytes(16))
    assert run.status == status, run.text


@pytest.mark.parametrize("op", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
@pytest.mark.parametrize("size", [1 << 17, 1 << 28])
def test_a_pool_whose_filter_has_more_cells_than_an_int32_counts(engine: NativeEngine, op: str, size: int) -> None:
    """Its size is only an option: no tensor bounds it."""
    b = TfliteBuilder()
    x, y = b.tensor([1, 1, 1, 1], "int8", scale=0.1), b.tensor([1, 1, 1, 1], "int8", scale=0.1)
    b.op(op, [x], [y], padding="SAME", filter_height=size, filter_width=size)
    run = engine.run(b.build(), b"\x2a")
    assert (run.status, run.output) == (OK, b"\x2a")


@pytest.mark.parametrize(("op", "dtypes"), [("ADD", ["int16"] * 3), ("QUANTIZE", ["int16", "int8"])])
def test_int16_has_no_zero_point(engine: NativeEngine, op: str, dtypes: list[str]) -> None:
    b = TfliteBuilder()
    *inputs, output = (b.tensor([4], dtype, scale=0.1, zero_point=1) for dtype in dtypes)
    b.op(op, inputs, [output])
    run = engine.run(b.build())
    assert (run.status, run.text) == (UNSUPPORTED, "zero point other than 0")


@pytest.mark.parametrize(
    ("op", "dtypes"),
    [
        ("QUANTIZE", ["float32", "int32"]),
        ("QUANTIZE", ["int32", "int32"]),
        ("QUANTIZE", ["int64", "int8"]),
        ("DEQUANTIZE", ["int32", "float32"]),
        ("DEQUANTIZE", ["int8", "int16"]),
        ("ADD", ["int16", "int8", "int16"]),
        ("ADD", ["int8", "int8", "int16"]),
        ("ADD", ["int32", "int32", "int32"]),
        ("SOFTMAX", ["int8", "int16"]),
    ],
)
def test_types_that_do_not_go_together(engine: NativeEngine, op: str, dtypes: list[str]) -> None:
    b = TfliteBuilder()
    *inputs, output = (b.tensor([4], dtype, scale=None if dtype == "float32" else 0.1) for dtype in dtypes)
    b.op(op, inputs, [output])
    assert engine.run(b.build()).status == UNSUPPORTED


@pytest.mark.parametrize("op", ["MAX_POOL_2D", "AVERAGE_POOL_2D", "MEAN"])
def test_int16_sums_that_could_overflow_are_refused(engine: NativeEngine, op: str) -> None:
    graph = OneOp("int16", 0)
    x = graph.activation([1, 1, 2**15 + 1, 1])
    y = graph.activation([1, 1, 1, 1], like=x)
    if op == "MEAN":
        graph.builder.op(op, [x, graph.integers([2])], [y], keep_dims=True)
    else:
        graph.builder.op(op, [x], [y], padding="VALID", filter_height=1, filter_width=2**15 + 1)
    run = engine.run(graph.builder.build(), bytes(2**16 + 2))
    assert (run.status, run.text[-30:]) == (UNSUPPORTED, "values than a sum has room for"), run.text


def reshape_chain(reads: list[int], writes: list[int], **tensor: object) -> bytes:
    """RESHAPE ops that read and write these of four tensors; 0 is the model's input, 3 its output."""
    b = TfliteBuilder()
    for _ in range(4):
        b.tensor([4], "float32", **tensor)
    for source, target in zip(reads, writes, strict=True):
        b.op("RESHAPE", [source], [target])
    return b.build([0], [3])


@pytest.mark.parametrize(
    ("reads", "writes", "status"),
    [
        ([0, 1, 2], [1, 2, 3], OK),
        ([0], [0], BAD_MODEL),  # writes its own input
        ([0, 1], [1, 1], BAD_MODEL),
        ([1, 0], [3, 1], BAD_MODEL),  # reads what a later op writes
        ([2, 1], [1, 2], BAD_MODEL),  # a cycle
        ([0], [1], BAD_MODEL),  # nothing writes the output
        ([0, 0], [3, 3], BAD_MODEL),
        ([NO_TENSOR], [3], BAD_MODEL),
        ([0], [NO_TENSOR], BAD_MODEL),
        ([0], [4], BAD_MODEL),
        ([-2], [3], BAD_MODEL),
        ([2**31 - 1], [3], BAD_MODEL),
    ],
)
def test_wrong_graphs(engine: NativeEngine, reads: list[int], writes: list[int], status: int) -> None:
    run = engine.run(reshape_chain(reads, writes), bytes(16))
    assert run.status == status, run.text


def test_an_input_that_is_constant(engine: NativeEngine) -> None:
    run = engine.run(reshape_chain([0], [3], data=np.zeros(4)))
    assert (run.status, run.text) == (BAD_MODEL, "constant tensor as an input or an op's output")


def test_a_variable_as_the_input(engine: NativeEngine) -> None:
    run = engine.run(reshape_chain([0], [3], is_variable=True))
    assert (run.status, run.text) == (BAD_MODEL, "variable tensor as an input or an op's output")


@pytest.mark.parametrize(("dtype", "zero_point"), [("int8", -7), ("float32", 0)])
def test_a_variable_starts_as_zero(engine: NativeEngine, dtype: str, zero_point: int) -> None:
    b = TfliteBuilder()
    scale = 0.5 if dtype == "int8" else None
    x, y, state, copy = (b.tensor([4], dtype, scale=scale, zero_point=zero_point, is_variable=i == 2) for i in range(4))
    b.op("RESHAPE", [x], [y])
    b.op("RESHAPE", [state], [copy])
    run = engine.run(b.build(inputs=[x], outputs=[copy]), bytes(range(16)))
    assert run.status == OK, run.text
    assert run.output == np.full(4, zero_point, dtype).tobytes()


def test_a_dynamic_signature_of_a_concrete_shape_runs(engine: NativeEngine) -> None:
    assert engine.run(reshape_chain([0], [3], shape_signature=[-1])).status == OK


@pytest.mark.parametrize("dtype", ["uint8", "string", "float16", "bool"])
def test_types_that_the_engine_does_not_have(engine: NativeEngine, dtype: str) -> None:
    b = TfliteBuilder()
    b.op("RESHAPE", [b.tensor([4], dtype)], [b.tensor([4], dtype)])
    assert engine.run(b.build()).status == UNSUPPORTED


def test_hybrid_names_the_op(engine: NativeEngine) -> None:
    b = TfliteBuilder()
    x, y = b.tensor([1, 4], "float32"), b.tensor([1, 4], "float32")
    b.op("RESHAPE", [x], [y])
    weights = b.tensor([2, 4], "int8", scale=0.1, data=np.ones(8))
    b.op("FULLY_CONNECTED", [y, weights], [b.tensor([1, 2], "float32")])
    run = engine.run(b.build())
    assert (run.status, run.detail, run.text) == (UNSUPPORTED, 1, "hybrid: filter and input of different types")


@pytest.mark.parametrize("op", ["ATAN2", "MY_CUSTOM_OP"])
def test_ops_that_the_engine_does_not_have(engine: NativeEngine, op: str) -> None:
    b = TfliteBuilder()
    b.op(op, [b.tensor([4], "float32")], [b.tensor([4], "float32")])
    run = engine.run(b.build())
    assert (run.status, run.detail) == (UNSUPPORTED, 0)


@pytest.mark.parametrize("axes", [[2], [-3], [2**31 - 1], [-(2**31)]])
def test_axes_out_of_range(engine: NativeEngine, axes: list[int]) -> None:
    graph = OneOp("float32", 0)
    x = graph.activation([2, 3])
    graph.builder.op("MEAN", [x, graph.integers(axes)], [graph.activation([2])])
    assert engine.run(graph.builder.build()).status == BAD_MODEL


@pytest.mark.parametrize("paddings", [[[-1, 1]], [[2**31 - 1, 2**31 - 1]], [[0, 2]], [[0, 0], [0, 1]]])
def test_wrong_paddings(engine: NativeEngine, paddings: list[list[int]]) -> None:
    graph = OneOp("float32", 0)
    x = graph.activation([2])
    graph.builder.op("PAD", [x, graph.integers(paddings)], [graph.activation([3])])
    assert engine.run(graph.builder.build()).status == BAD_MODEL


@pytest.mark.parametrize("data", [b"", b"\0" * 15, b"\0" * 17])
def test_constants_of_the_wrong_size(engine: NativeEngine, data: bytes) -> None:
    b = TfliteBuilder()
    weights = b.tensor([1, 4], "float32", data=data)
    b.op("FULLY_CONNECTED", [b.tensor([1, 4], "float32"), weights], [b.tensor([1, 1], "float32")])
    assert engine.run(b.build([0], [2])).status == BAD_MODEL


def test_sums_that_could_overflow_are_refused(engine: NativeEngine) -> None:
    graph = OneOp("int8", 0)
    x = graph.activation([1, 65537])
    graph.builder.op("FULLY_CONNECTED", [x, graph.filter([1, 65537], 0, 1)], [graph.activation([1, 1])])
    assert engine.run(graph.builder.build()).text == "more than 65536 products in one output"


def test_the_largest_sum_does_not_overflow(engine: NativeEngine) -> None:
    """-128 * (-128 - 127) as often as allowed, and the largest bias on top, which wraps."""
    b = TfliteBuilder()
    x = b.tensor([1, 65536], "int8", scale=1.0, zero_point=127)
    weights = b.tensor([1, 65536], "int8", scale=1e-9, data=np.full(65536, -128))
    bias = b.tensor([1], "int32", data=[2**31 - 1])
    b.op("FULLY_CONNECTED", [x, weights, bias], [b.tensor([1, 1], "int8", scale=1.0)])
    assert engine.run(b.build(), b"\x80" * 65536).status == OK


def test_subgraphs_and_versions(engine: NativeEngine, model: bytes) -> None:
    b = TfliteBuilder()
    b.op("RESHAPE", [b.tensor([4], "float32")], [b.tensor([4], "float32")])
    parsed = b.model_object()
    parsed.version = 2
    assert engine.run(pack(parsed)).text == "schema version is not 3"
    parsed.version, parsed.subgraphs = 3, parsed.subgraphs * 2
    assert engine.run(pack(parsed)).text == "more than one subgraph"
    parsed.subgraphs = []
    assert engine.run(pack(parsed)).status == BAD_MODEL
    assert engine.run(model[:4] + b"TFL2" + model[8:]).detail == 4
