"""The catalogue: small models that the converter makes, one op each, in every type and over a spread of its options.

Nothing here imports TensorFlow: whoever computes gets it as an argument, in the child process that converts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from conformance.computations import (
    Call,
    Computation,
    Convolution,
    Dense,
    DepthwiseConvolution,
    HardSwish,
    Join,
    Slice,
    TransposeConvolution,
)

Shape = tuple[int, ...]
Span = tuple[float, float]

# Of inputs while the converter calibrates: zero points in the middle, at both edges, and between.
SPANS: list[Span] = [(-1.0, 1.0), (0.0, 6.0), (-3.0, 0.0), (-0.1, 5.0)]
WIDE_SPANS = [*SPANS, (-4.0, 4.0), (0.0, 24.0), (-12.0, 0.0), (-0.4, 20.0)]
ACTIVATIONS = ["none", "relu", "relu6", "relu_n1_to_1"]
PADDINGS = ["SAME", "VALID"]

PLAIN = ("float32", "int8", "int16x8")
WEIGHTED = (*PLAIN, "int8-per-tensor")
WITHOUT_INT16 = ("float32", "int8")
CHANGING = ("int8-float-io", "int16x8-float-io")

_CASES_PER_MODEL = 6  # few enough for a small board, and enough that a conversion's own time counts little


@dataclass(frozen=True)
class Case:
    """A computation on inputs of `shapes`, whose values are in `span` while the converter calibrates."""

    computation: Computation
    shapes: tuple[Shape, ...]
    span: Span = SPANS[0]


@dataclass(frozen=True)
class Recipe:
    """A model of a few cases side by side, in one variant."""

    variant: str
    cases: tuple[Case, ...]


def _spread(computations: Iterable[tuple[Computation, tuple[Shape, ...]]]) -> list[Case]:
    """Each with the next of the spans."""
    return [Case(*each, span) for each, span in zip(computations, itertools.cycle(SPANS), strict=False)]


def _everywhere(computation: Computation, shapes: Iterable[Shape], spans: Iterable[Span] = WIDE_SPANS) -> list[Case]:
    return [Case(computation, (shape,), span) for shape, span in itertools.product(shapes, spans)]


def _convolutions() -> list[Case]:
    windows = [((1, 1), 1, 1), ((3, 3), 1, 1), ((3, 3), 2, 1), ((1, 4), (1, 2), 1), ((5, 2), 1, 1), ((3, 3), 1, 2)]
    channels = [(1, 4), (3, 5), (4, 8), (8, 3), (16, 16)]
    options = itertools.cycle(itertools.product(ACTIVATIONS, PADDINGS))
    return _spread(
        (Convolution(*window, out, padding, activation), ((1, 7, 6, deep),))
        for (window, (deep, out)), (activation, padding) in zip(
            itertools.product(windows, channels), options, strict=False
        )
    )


def _depthwise_convolutions() -> list[Case]:
    windows = [((3, 3), 1, 1), ((3, 3), 2, 1), ((1, 4), 1, 1), ((4, 2), 1, 1), ((3, 3), 1, 2), ((1, 1), 1, 1)]
    channels = [(1, 2), (3, 1), (8, 1), (2, 3), (1, 8)]
    options = itertools.cycle(itertools.product(ACTIVATIONS, PADDINGS))
    return _spread(
        (DepthwiseConvolution(*window, multiplier, padding, activation), ((1, 6, 7, deep),))
        for (window, (deep, multiplier)), (activation, padding) in zip(
            itertools.product(windows, channels), options, strict=False
        )
    )


def _transpose_convolutions() -> list[Case]:
    return _spread(
        (TransposeConvolution(kernel, stride, out, padding), ((1, 3, 4, deep),))
        for kernel, stride, (deep, out), padding in itertools.product(
            [(3, 3), (2, 4)], [1, 2], [(3, 4), (8, 1)], PADDINGS
        )
    )


def _dense_layers() -> list[Case]:
    sizes = itertools.product([1, 3], [1, 7, 16, 65], [1, 4, 10])
    return _spread(
        (Dense(out, activation), ((batch, deep),))
        for (batch, deep, out), activation in zip(sizes, itertools.cycle(ACTIVATIONS), strict=False)
    )


def _pools(function: str) -> list[Case]:
    windows = [((2, 2), (2, 2)), ((3, 3), (1, 1)), ((1, 4), (1, 2)), ((5, 6), (1, 1)), ((3, 2), (2, 3))]
    options = itertools.cycle(itertools.product(ACTIVATIONS, PADDINGS))
    return _spread(
        (Call(function, {"ksize": size, "strides": strides, "padding": padding}, activation), ((1, 5, 6, channels),))
        for ((size, strides), channels), (activation, padding) in zip(
            itertools.product(windows, [1, 4, 5]), options, strict=False
        )
    )


def _pairwise(function: str, activations: Sequence[str] = ("none",)) -> list[Case]:
    pairs = [
        ((1, 3, 3, 4), (1, 3, 3, 4)),
        ((1, 3, 3, 4), (1, 1, 1, 4)),
        ((1, 1, 3, 4), (2, 3, 1, 4)),
        ((2, 7), (7,)),
        ((1, 33), (1, 1)),
        ((2, 3, 5), (2, 3, 5)),
    ]
    return _spread(
        (Call(function, activation=activation), pair) for pair, activation in itertools.product(pairs, activations)
    )


def _reductions(function: str) -> list[Case]:
    places = [((2, 3, 4, 5), (1, 2)), ((1, 4, 4, 3), (1, 2)), ((2, 6), (-1,)), ((2, 3, 4), (0, 2)), ((3, 9), (0,))]
    return _spread(
        (Call(function, {"axis": axes, "keepdims": keep}), (shape,))
        for (shape, axes), keep in itertools.product(places, [True, False])
    )


def _on_image(computations: Iterable[Computation]) -> list[Case]:
    return _spread((computation, ((1, 4, 5, 3),)) for computation in computations)


def _joins(function: str) -> list[Case]:
    return _spread((Join(function, axis), ((3, 4),) * count) for count, axis in [(2, 0), (3, 1), (5, -1), (2, -2)])


def _slices() -> list[Case]:
    parts = [np.s_[:, 1:, ::2], np.s_[:, ::-1, 1:4], np.s_[0, :, 2], np.s_[..., -1], np.s_[:, 3:1:-1, :, :2]]
    return _on_image(Slice(part) for part in parts)


def _resizes() -> list[Case]:
    options: list[dict[str, bool]] = [{}, {"align_corners": True}, {"half_pixel_centers": True}]
    return _on_image(
        Call("compat.v1.image.resize_nearest_neighbor", {"size": size, **option})
        for size, option in itertools.product([(8, 10), (3, 9), (1, 1)], options)
    )


_PADS = [((0, 0), (1, 2), (0, 1), (0, 0)), ((0, 0), (0, 0), (3, 0), (1, 1)), ((1, 0), (0, 0), (0, 0), (0, 2))]
_ORDERS = [(0, 2, 1, 3), (3, 2, 1, 0), (0, 3, 1, 2), (2, 0, 3, 1)]
_VECTORS: list[Shape] = [(1, 7), (2, 3, 5)]
# Of RELU6 the official interpreter's result is wrong unless input and output are quantized alike: no negative inputs.
_RELU_SPANS = [(-1.0, 1.0), (0.0, 6.0), (-0.1, 5.0), (-8.0, 3.0)]
_RELU6_SPANS = [(0.0, 6.0), (0.0, 1.0), (0.0, 5.0)]

_CASES: dict[str, tuple[list[Case], Sequence[str]]] = {
    "conv_2d": (_convolutions(), WEIGHTED),
    "depthwise_conv_2d": (_depthwise_convolutions(), WEIGHTED),
    "fully_connected": (_dense_layers(), WEIGHTED),
    "transpose_conv": (_transpose_convolutions(), WEIGHTED),
    "max_pool_2d": (_pools("nn.max_pool2d"), PLAIN),
    "average_pool_2d": (_pools("nn.avg_pool2d"), PLAIN),
    "add": (_pairwise("add", ["none", "relu6"]), PLAIN),
    "sub": (_pairwise("subtract", ["none", "relu"]), PLAIN),
    "mul": (_pairwise("multiply", ["none", "relu_n1_to_1"]), PLAIN),
    "maximum": (_pairwise("maximum"), PLAIN),
    "minimum": (_pairwise("minimum"), PLAIN),
    "relu": (_everywhere(Call("nn.relu"), _VECTORS, _RELU_SPANS), PLAIN),
    "relu6": (_everywhere(Call("nn.relu6"), _VECTORS, _RELU6_SPANS), PLAIN),
    "leaky_relu": (_everywhere(Call("nn.leaky_relu", {"alpha": 0.3}), _VECTORS), PLAIN),
    "logistic": (_everywhere(Call("sigmoid"), _VECTORS), PLAIN),
    "tanh": (_everywhere(Call("tanh"), _VECTORS), PLAIN),
    "hard_swish": (_everywhere(HardSwish(), _VECTORS), WITHOUT_INT16),
    "softmax": (_everywhere(Call("nn.softmax"), [(1, 10), (3, 2, 4)]), PLAIN),
    "mean": (_reductions("reduce_mean"), PLAIN),
    "reduce_max": (_reductions("reduce_max"), WITHOUT_INT16),
    "pad": (_on_image(Call("pad", {"paddings": pads}) for pads in _PADS), PLAIN),
    # Beside int16 the converter leaves the value in float32.
    "padv2": (_on_image(Call("pad", {"paddings": p, "constant_values": 0.5}) for p in _PADS), WITHOUT_INT16),
    "reshape": (_on_image(Call("reshape", {"shape": shape}) for shape in [(60,), (4, 15), (5, 3, 4)]), PLAIN),
    "transpose": (_on_image(Call("transpose", {"perm": order}) for order in _ORDERS), PLAIN),
    "strided_slice": (_slices(), PLAIN),
    "split": (
        _spread(
            (Call("split", {"num_or_size_splits": count, "axis": axis}), ((2, 4, 6),))
            for axis, count in [(0, 2), (1, 4), (2, 3), (-1, 2)]
        ),
        PLAIN,
    ),
    "concatenation": (_joins("concat"), PLAIN),
    "pack": (_joins("stack"), PLAIN),
    "resize_nearest_neighbor": (_resizes(), PLAIN),
    "quantize": (_everywhere(Call("sigmoid"), _VECTORS[:1]), CHANGING),
}


def _recipes() -> Iterator[tuple[str, Recipe]]:
    for op, (cases, variants) in _CASES.items():
        for number, first in enumerate(range(0, len(cases), _CASES_PER_MODEL)):
            for variant in variants:
                yield f"{op}-{number}-{variant}", Recipe(variant, tuple(cases[first : first + _CASES_PER_MODEL]))


RECIPES = dict(_recipes())
