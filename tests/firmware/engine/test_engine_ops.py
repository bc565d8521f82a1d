"""Each op against the official interpreter, over shapes and options that the suites' models do not reach."""

from __future__ import annotations

import math

import numpy as np
import pytest
from firmware.engine.graphs import OneOp
from firmware.engine.native import OK, NativeEngine
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.model.oracle import Oracle

ACTIVATIONS = st.sampled_from(["NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
PADDINGS = st.sampled_from(["SAME", "VALID"])
DTYPES = st.sampled_from(["int8", "float32"])
SEEDS = st.integers(0, 2**32 - 1)
SMALL = st.integers(1, 4)
EXAMPLES = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
RELATIVE, ABSOLUTE = 1e-5, 1e-6  # docs/architecture.md


def check(engine: NativeEngine, graph: OneOp, *, inputs: int, dtype: str) -> None:
    """Run the model of `graph` on `inputs` random values here and in the oracle, whose output is of `dtype`."""
    model = graph.builder.build()
    vector = graph.values(inputs)
    run = engine.run(model, vector)
    assert (run.status, run.text) == (OK, "")
    with Oracle(model) as oracle:
        expected = oracle.infer(vector)
    if dtype == "int8":
        assert run.output == expected
    else:
        np.testing.assert_allclose(
            np.frombuffer(run.output, np.float32), np.frombuffer(expected, np.float32), rtol=RELATIVE, atol=ABSOLUTE
        )


def window_output(size: int, window: int, stride: int, dilation: int, padding: str) -> int:
    reach = (window - 1) * dilation + 1
    return math.ceil(size / stride) if padding == "SAME" else math.ceil((size - reach + 1) / stride)


@st.composite
def windows(draw: st.DrawFn, dilations: st.SearchStrategy[int]) -> dict[str, object]:
    """Image, window, strides, dilations and padding that leave at least one output."""
    axes = {}
    padding = draw(PADDINGS)
    for axis in "hw":
        window, stride, dilation = draw(SMALL), draw(SMALL), draw(dilations)
        size = draw(st.integers(1, 9))
        output = window_output(size, window, stride, dilation, padding)
        assume(output > 0)
        axes[axis] = (size, window, stride, dilation, output)
    return {"padding": padding, "h": axes["h"], "w": axes["w"]}


@EXAMPLES
@given(st.data())
def test_conv_2d(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    window = data.draw(windows(SMALL))
    depth = data.draw(SMALL)
    filters = data.draw(SMALL)
    groups = data.draw(st.integers(1, 2))
    per_channel = data.draw(st.booleans())
    with_bias = data.draw(st.booleans())
    activation = data.draw(ACTIVATIONS)
    (h, filter_h, stride_h, dilation_h, out_h), (w, filter_w, stride_w, dilation_w, out_w) = window["h"], window["w"]
    channels = filters * groups
    x = graph.activation([2, h, w, depth * groups])
    weights = graph.filter([channels, filter_h, filter_w, depth], 0, channels if per_channel else 1)
    bias = [graph.bias(channels)] if with_bias else []
    y = graph.activation([2, out_h, out_w, channels])
    graph.builder.op(
        "CONV_2D",
        [x, weights, *bias],
        [y],
        padding=window["padding"],
        stride_h=stride_h,
        stride_w=stride_w,
        dilation_h_factor=dilation_h,
        dilation_w_factor=dilation_w,
        fused_activation_function=activation,
    )
    check(engine, graph, inputs=2 * h * w * depth * groups, dtype=dtype)


@EXAMPLES
@given(st.data())
def test_depthwise_conv_2d(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    window = data.draw(windows(SMALL))
    depth = data.draw(st.integers(1, 9))
    multiplier = data.draw(st.integers(1, 3))
    per_channel = data.draw(st.booleans())
    with_bias = data.draw(st.booleans())
    activation = data.draw(ACTIVATIONS)
    (h, filter_h, stride_h, dilation_h, out_h), (w, filter_w, stride_w, dilation_w, out_w) = window["h"], window["w"]
    channels = depth * multiplier
    x = graph.activation([1, h, w, depth])
    weights = graph.filter([1, filter_h, filter_w, channels], 3, channels if per_channel else 1)
    bias = [graph.bias(channels)] if with_bias else []
    y = graph.activation([1, out_h, out_w, channels])
    graph.builder.op(
        "DEPTHWISE_CONV_2D",
        [x, weights, *bias],
        [y],
        padding=window["padding"],
        stride_h=stride_h,
        stride_w=stride_w,
        depth_multiplier=multiplier,
        dilation_h_factor=dilation_h,
        dilation_w_factor=dilation_w,
        fused_activation_function=activation,
    )
    check(engine, graph, inputs=h * w * depth, dtype=dtype)


@EXAMPLES
@given(st.data())
def test_fully_connected(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    batches = data.draw(st.integers(1, 3))
    size = data.draw(st.integers(1, 70))
    channels = data.draw(st.integers(1, 9))
    per_channel = data.draw(st.booleans())
    with_bias = data.draw(st.booleans())
    activation = data.draw(ACTIVATIONS)
    x = graph.activation([batches, size])
    weights = graph.filter([channels, size], 0, channels if per_channel else 1)
    bias = [graph.bias(channels)] if with_bias else []
    y = graph.activation([batches, channels])
    graph.builder.op("FULLY_CONNECTED", [x, weights, *bias], [y], fused_activation_function=activation)
    check(engine, graph, inputs=batches * size, dtype=dtype)


@pytest.mark.parametrize("pool", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
@EXAMPLES
@given(st.data())
def test_pool(engine: NativeEngine, pool: str, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    window = data.draw(windows(st.just(1)))
    depth = data.draw(st.integers(1, 5))
    activation = data.draw(ACTIVATIONS)
    (h, filter_h, stride_h, _, out_h), (w, filter_w, stride_w, _, out_w) = window["h"], window["w"]
    x = graph.activation([2, h, w, depth])
    y = graph.activation([2, out_h, out_w, depth], like=x)
    graph.builder.op(
        pool,
        [x],
        [y],
        padding=window["padding"],
        stride_h=stride_h,
        stride_w=stride_w,
        filter_height=filter_h,
        filter_width=filter_w,
        fused_activation_function=activation,
    )
    check(engine, graph, inputs=2 * h * w * depth, dtype=dtype)


@st.composite
def broadcasts(draw: st.DrawFn) -> tuple[list[int], list[int], list[int]]:
    """The shapes of two inputs and of their broadcast, of up to 4 dimensions."""
    a, b, output = [], [], []
    for _ in range(draw(st.integers(1, 4))):
        dim, repeated = draw(SMALL), draw(st.sampled_from(["neither", "neither", "a", "b"]))
        a.append(1 if repeated == "a" else dim)
        b.append(1 if repeated == "b" else dim)
        output.append(dim)
    return a, b[draw(st.integers(0, len(b) - 1)) if b[0] == 1 and a[0] == output[0] else 0 :], output


@EXAMPLES
@given(st.data())
def test_add(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    shapes = data.draw(broadcasts())
    activation = data.draw(ACTIVATIONS)
    a, b, output = shapes
    b_dims = [1] * (len(output) - len(b)) + b
    assume([max(pair) for pair in zip(a, b_dims, strict=True)] == output)
    inputs = [graph.activation(a), graph.activation(b, scale=0.01)]
    y = graph.activation(output)
    graph.builder.op("ADD", inputs, [y], fused_activation_function=activation)
    check(engine, graph, inputs=math.prod(a) + math.prod(b), dtype=dtype)


@EXAMPLES
@given(st.data())
def test_mean(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    shape = data.draw(st.lists(SMALL, min_size=1, max_size=4))
    keep_dims = data.draw(st.booleans())
    axes = data.draw(st.lists(st.integers(-len(shape), len(shape) - 1), min_size=1, max_size=len(shape)))
    reduced = {axis % len(shape) for axis in axes}
    output = [1 if i in reduced else dim for i, dim in enumerate(shape) if keep_dims or i not in reduced]
    x = graph.activation(shape)
    y = graph.activation(output)
    graph.builder.op("MEAN", [x, graph.integers(axes)], [y], keep_dims=keep_dims)
    check(engine, graph, inputs=math.prod(shape), dtype=dtype)


@EXAMPLES
@given(st.data())
def test_softmax(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    rows = data.draw(st.integers(1, 3))
    depth = data.draw(st.integers(1, 40))
    beta = data.draw(st.floats(0.01, 4))
    scale = data.draw(st.floats(0.001, 1))
    x = graph.activation([rows, depth], scale=scale)
    quantization = {"scale": 1 / 256, "zero_point": -128} if dtype == "int8" else {}
    y = graph.builder.tensor([rows, depth], dtype, **quantization)
    graph.builder.op("SOFTMAX", [x], [y], beta=beta)
    check(engine, graph, inputs=rows * depth, dtype=dtype)


@EXAMPLES
@given(st.data())
def test_quantize(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    scale = data.draw(st.floats(0.001, 1))
    x = graph.activation([3, 50])
    y = graph.builder.tensor([3, 50], "int8", scale=scale, zero_point=int(graph.rng.integers(-128, 128)))
    graph.builder.op("QUANTIZE", [x], [y])
    check(engine, graph, inputs=150, dtype="int8")


@EXAMPLES
@given(st.data())
def test_dequantize(engine: NativeEngine, data: st.DataObject) -> None:
    scale = data.draw(st.floats(1e-5, 10))
    graph = OneOp("int8", data.draw(SEEDS))
    x = graph.activation([3, 50], scale=scale)
    graph.builder.op("DEQUANTIZE", [x], [graph.builder.tensor([3, 50], "float32")])
    check(engine, graph, inputs=150, dtype="float32")


@pytest.mark.parametrize("op", ["PAD", "PADV2"])
@EXAMPLES
@given(st.data())
def test_pad(engine: NativeEngine, op: str, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    dims = data.draw(st.lists(st.tuples(SMALL, st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4))
    shape = [dim for dim, _, _ in dims]
    x = graph.activation(shape)
    y = graph.activation([sum(dim) for dim in dims], like=x)
    inputs = [x, graph.integers([[before, after] for _, before, after in dims])]
    size = math.prod(shape)
    if op == "PADV2":
        inputs.append(graph.activation([], like=x))
        size += 1
    graph.builder.op(op, inputs, [y])
    check(engine, graph, inputs=size, dtype=dtype)


@EXAMPLES
@given(st.data())
def test_reshape(engine: NativeEngine, data: st.DataObject) -> None:
    dtype = data.draw(DTYPES)
    graph = OneOp(dtype, data.draw(SEEDS))
    shape = data.draw(st.permutations([2, 3, 4]))
    x = graph.activation([4, 6])
    y = graph.activation(shape, like=x)
    graph.builder.op("RESHAPE", [x, graph.integers(shape)], [y], new_shape=shape)
    check(engine, graph, inputs=24, dtype=dtype)
