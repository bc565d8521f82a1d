"""Every model of the conformance suite by name: what the converter writes, and built ones for what it never does."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence

from conformance import test_join, test_pad_reshape, test_quantize, test_svdf, test_transpose_slice
from conformance.converter import catalogue_folder
from conformance.graph import DTYPES, Case, side_by_side
from conformance.recipes import RECIPES

from harness.model import Model, read_model

_CASES_PER_MODEL = 8
_ANY = ("float32", "int8", "int16", "int32", "int64")

# What the converter replaces (SQUEEZE by RESHAPE, SHAPE by a constant), or writes for whole networks alone.
_BUILT: list[tuple[str, Sequence[Case], Sequence[str]]] = [
    ("squeeze", [case for case in test_pad_reshape.ONE_SIZES if case.op == "SQUEEZE"], _ANY),
    ("expand_dims", [case for case in test_pad_reshape.ONE_SIZES if case.op == "EXPAND_DIMS"], _ANY[:3]),
    ("shape", test_pad_reshape.SHAPES_OF, _ANY),
    ("reshape", test_pad_reshape.RESHAPES, ["int32"]),
    ("padv2", [case for case in test_pad_reshape.PADS if case.fill is not None], ["int16"]),
    ("strided_slice", test_transpose_slice.SLICES[:16], ["int32"]),
    ("split", [case for case in test_join.GRID if isinstance(case, test_join.Split)], ["int32"]),
    ("concatenation", [case for case in test_join.GRID if isinstance(case, test_join.Concatenation)], _ANY[3:]),
    ("pack", [case for case in test_join.GRID if isinstance(case, test_join.Pack)], _ANY[3:]),
    ("quantize", test_quantize.GRID, ["int8"]),
    ("svdf", test_svdf.GRID[::4], DTYPES),
]


def _converted(name: str) -> bytes:
    return (catalogue_folder() / f"{name}.tflite").read_bytes()


def _built() -> Iterator[tuple[str, Callable[[], bytes]]]:
    for op, cases, dtypes in _BUILT:
        for number, first in enumerate(range(0, len(cases), _CASES_PER_MODEL)):
            for dtype in dtypes:
                some = cases[first : first + _CASES_PER_MODEL]
                yield f"{op}-built-{number}-{dtype}", functools.partial(side_by_side, some, dtype)


_MODELS: Mapping[str, Callable[[], bytes]] = {
    **{name: functools.partial(_converted, name) for name in RECIPES},
    **dict(_built()),
}
NAMES = list(_MODELS)
# The first int8 model of each op: what runs everywhere in `make test`.
QUICK_NAMES = [name for name in NAMES if name.endswith("-0-int8") and "-built-" not in name]


def catalogue_model(name: str) -> Model:
    return read_model(_MODELS[name](), name)
