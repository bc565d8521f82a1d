"""The builder of test models writes what it is told, as a converter would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.models import small_cnn
from support.tflite_builder import TfliteBuilder
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema


def test_constants_are_aligned_as_the_schema_demands() -> None:
    data = small_cnn("int8")
    model: Any = schema.Model.GetRootAsModel(data, 0)
    base = np.frombuffer(data, np.uint8).__array_interface__["data"][0]
    starts = [
        model.Buffers(index).DataAsNumpy().__array_interface__["data"][0] - base
        for index in range(model.BuffersLength())
        if model.Buffers(index).DataLength()
    ]
    assert len(starts) == 7
    assert all(start % 16 == 0 for start in starts)


def test_options_and_defaults() -> None:
    b = TfliteBuilder()
    x, y = b.tensor([1, 4, 4, 1], "float32"), b.tensor([1, 2, 4, 1], "float32")
    b.op("MAX_POOL_2D", [x], [y], padding="VALID", stride_h=2, fused_activation_function="RELU6")
    official: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(b.build(), 0))
    options = official.subgraphs[0].operators[0].builtinOptions
    assert options.padding == schema.Padding.VALID
    assert options.fusedActivationFunction == schema.ActivationFunctionType.RELU6
    assert (options.strideH, options.strideW) == (2, 1)
    assert (options.filterHeight, options.filterWidth) == (1, 1)


def test_unknown_option() -> None:
    with pytest.raises(TypeError, match="Conv2DOptions has no field strideX; it has padding, strideW"):
        TfliteBuilder().op("CONV_2D", [], [], stride_x=1)
